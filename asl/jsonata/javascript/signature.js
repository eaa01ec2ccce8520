                for (var at = 0; at < args.length; at++) suppliedSig += getSymbol(args[at]);
                // If each argument matches one parameter and none has to become an array, the arguments need no change.
                if (asTheyAre[suppliedSig] === undefined && suppliedSig.length <= 4) {
                    var fits = suppliedSig.length === params.length && regex.exec(suppliedSig);
                    asTheyAre[suppliedSig] = !!fits && params.every(function (param, index) {
                        return fits[index + 1].length === 1 && (param.type !== 'a' || suppliedSig[index] === 'a' && param.subtype === undefined);
                    });
                }
                if (asTheyAre[suppliedSig]) return args;
