// Lets the CDK's kernel, which answers on the file descriptor that it reads, answer on another: see the script beside this file.
const fs = require('fs');

const calls = 3;
const answers = 4;
const { writeSync } = fs;
fs.writeSync = (descriptor, ...rest) => writeSync(descriptor === calls ? answers : descriptor, ...rest);
