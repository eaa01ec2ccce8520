    // A scope of variables. It replaces the library's own frames, which create two closures each.
    class Frame {
        constructor(enclosing) {
            this.enclosing = enclosing;
            this.bindings = undefined;
            this.global = enclosing ? enclosing.global : { ancestry: [null] };
        }
        get timestamp() {
            return new Date(host.millis());
        }
        bind(name, value) {
            if (this.bindings === undefined) this.bindings = Object.create(null);
            this.bindings[name] = value;
        }
        lookup(name) {
            for (var frame = this; frame; frame = frame.enclosing) {
                if (frame.bindings !== undefined && name in frame.bindings) return frame.bindings[name];
            }
            return undefined;
        }
    }
    function createFrame(enclosing) {
        return new Frame(enclosing);
    }
    var host;
