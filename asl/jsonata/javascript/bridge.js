    // The functions that the host calls. They run in the library's own scope.
    jsonata.bridge = function (functions, budget) {
        host = functions;
        var root = createFrame(staticFrame);
        root.bind('eval', undefined);
        root.bind('now', defineFunction(function (picture, timezone) {
            return datetime.fromMillis(host.millis(), picture, timezone);
        }, '<s?s?:s>'));
        root.bind('millis', defineFunction(function () { return host.millis(); }, '<:n>'));
        root.bind('parse', defineFunction(function (text) {
            if (text === undefined) return undefined;
            try {
                return JSON.parse(text);
            } catch (err) {
                throw { code: 'D3137', message: 'The argument of the parse function is not JSON' };
            }
        }, '<s-:x>'));
        root.bind('base64encode', defineFunction(host.base64encode, '<s-:s>'));
        root.bind('base64decode', defineFunction(host.base64decode, '<s-:s>'));
        root.bind('partition', defineFunction(host.partition, '<an:a>'));
        root.bind('range', defineFunction(host.range, '<nnn:a>'));
        root.bind('hash', defineFunction(host.hash, '<s-s:s>'));
        root.bind('random', defineFunction(host.random, '<n?:n>'));
        root.bind('uuid', defineFunction(host.uuid, '<:s>'));
        jsonata.RegexEngine = RegExp;

        function explained(err) {
            populateMessage(err);
            return err;
        }
        return {
            functions: Object.keys(staticFrame.bindings).concat(Object.keys(root.bindings)).filter(function (name) { return name !== 'eval'; }),
            parse: function (source) {
                try {
                    return parser(source, false);
                } catch (err) {
                    throw explained(err);
                }
            },
            describe: function (ast) { return JSON.stringify(ast); },
            evaluate: function (ast, bindings) {
                var frame = createFrame(root);
                if (bindings !== undefined) frame.bindings = bindings;
                steps = budget;
                try {
                    return evaluate(ast, undefined, frame);
                } catch (err) {
                    throw explained(err);
                } finally {
                    forget();
                }
            },
        };
    };
