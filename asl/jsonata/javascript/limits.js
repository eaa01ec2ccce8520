    // The steps that are left of the evaluation's budget. One step pays for the evaluation of a node of the syntax tree, for an item of
    // an array that is built at once, or for 64 characters of a text.
    var steps = Infinity;
    function spend(cost) {
        steps -= cost;
        if (steps < 0) throw { code: 'U1001', message: 'Expression evaluation timeout: Check for infinite loop' };
    }

    // The functions that the evaluation has changed. The library stores the name and position of a function's last call in the function.
    // A runtime must forget them, so that an error does not depend on earlier evaluations.
    var touched = [];
    function forget() {
        for (var i = 0; i < touched.length; i++) touched[i].token = touched[i].position = undefined;
        touched.length = 0;
    }
