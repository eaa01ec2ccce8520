// Keeps what V8 compiles of the CDK for the next process. Newer versions of Node can do so, but by the paths of files, and jsii
// puts them into another folder each time: here it is by their content. It stands among what Go compiles, in
// bin/kernel-<Node's version and platform>: a file for each module, with the SHA-256 of its source as the name, and of the rest in
// front. What an older CDK left there, nothing reads; `make clean` removes it.
const { createHash } = require('crypto');
const fs = require('fs');
const Module = require('module');
const path = require('path');
const v8 = require('v8');
const vm = require('vm');

const dir = path.join(__dirname, '../../bin', `kernel-${process.version}-${process.platform}-${process.arch}`);
const importModuleDynamically = vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER; // `import()` stays what it is
const sum = (data) => createHash('sha256').update(data).digest();

// V8 trusts what it is given, and dies of a damaged file. What is damaged or missing is compiled again.
function read(file) {
  try {
    const content = fs.readFileSync(file);
    const data = content.subarray(32);
    if (sum(data).equals(content.subarray(0, 32))) return data;
  } catch {}
}

// Another process never sees half a file. One that cannot be written costs time, and nothing else.
function write(file, data) {
  const whole = `${file}.${process.pid}`;
  try {
    fs.writeFileSync(whole, Buffer.concat([sum(data), data]));
    fs.renameSync(whole, file);
  } catch {
    fs.rmSync(whole, { force: true });
  }
}

const scripts = new Map();
let more = false;

const { _compile } = Module.prototype;
Module.prototype._compile = function (source, filename, ...rest) {
  // V8 keeps a file's path with what it compiled, and by it the CDK tells jsii from the user's code in a stack trace: jsii itself is
  // compiled each time. Of the packages it reads only the part behind node_modules.
  if (!filename.includes('/node_modules/')) return _compile.call(this, source, filename, ...rest);
  const file = path.join(dir, sum(source).toString('hex'));
  let script;
  try {
    script = new vm.Script(Module.wrap(source), { filename, cachedData: read(file), importModuleDynamically });
  } catch {
    return _compile.call(this, source, filename, ...rest); // no CommonJS
  }
  more ||= script.cachedDataRejected !== false;
  scripts.set(file, script);
  const run = script.runInThisContext();
  return run.call(this.exports, this.exports, Module.createRequire(filename), this, filename, path.dirname(filename));
};

// At the end, since functions are compiled when they are called first; until then V8 would forget those that it did not need for long.
v8.setFlagsFromString('--no-flush-bytecode');
process.on('exit', () => {
  if (!more) return;
  try {
    fs.mkdirSync(dir, { recursive: true });
  } catch {
    return;
  }
  for (const [file, script] of scripts) write(file, script.createCachedData());
});
