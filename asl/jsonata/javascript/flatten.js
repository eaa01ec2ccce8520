            for (var ff = 0; ff < result.length; ff++) {
                var item = result[ff];
                if (!Array.isArray(item) || item.cons) {
                    resultSequence.push(item);
                } else {
                    for (var gg = 0; gg < item.length; gg++) resultSequence.push(item[gg]);
                }
            }
        }

        return resultSequence;
