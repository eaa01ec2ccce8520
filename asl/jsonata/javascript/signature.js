                for (var at = 0; at < args.length; at++) suppliedSig += getSymbol(args[at]);
                // Arguments of which each stands for one parameter, and none of which has to become an array, are taken as they are.
                if (asTheyAre[suppliedSig] === undefined && suppliedSig.length <= 4) {
                    var fits = suppliedSig.length === params.length && regex.exec(suppliedSig);
                    asTheyAre[suppliedSig] = !!fits && params.every(function (param, index) {
                        return fits[index + 1].length === 1 && (param.type !== 'a' || suppliedSig[index] === 'a' && param.subtype === undefined);
                    });
                }
                if (asTheyAre[suppliedSig]) return args;
