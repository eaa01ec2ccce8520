    // What is left of the evaluation's budget of steps. A step is a node of the syntax tree that is evaluated, an item of an
    // array that is built at once, or 64 characters of a text.
    var steps = Infinity;
    function spend(cost) {
        steps -= cost;
        if (steps < 0) throw { code: 'U1001', message: 'Expression evaluation timeout: Check for infinite loop' };
    }

    // The functions on which the evaluation left its traces. The library keeps the name and position of a function's last call
    // with the function; a runtime must not remember them, lest an error depends on what was evaluated before.
    var touched = [];
    function forget() {
        for (var i = 0; i < touched.length; i++) touched[i].token = touched[i].position = undefined;
        touched.length = 0;
    }
