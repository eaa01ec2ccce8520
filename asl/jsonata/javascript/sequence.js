    // createSequence without the arguments object, which the library uses to distinguish no argument from undefined.
    function emptySequence() {
        var sequence = [];
        sequence.sequence = true;
        return sequence;
    }
    function createSequence(value) {
        var sequence = [value];
        sequence.sequence = true;
        return sequence;
    }

    /**
