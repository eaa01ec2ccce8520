    // createSequence without the arguments object, which tells no value from undefined.
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
