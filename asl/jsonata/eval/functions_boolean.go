package eval

var booleanRows = []Row{
	{"boolean", "<x-:b>", 0, func(c *Call) any { return c.truthOf(true) }},
	{"not", "<x-:b>", 0, func(c *Call) any { return c.truthOf(false) }},
	{"exists", "<x:b>", 0, func(c *Call) any { return !isUndefined(c.Arg(0)) }},
}

func (c *Call) truthOf(want bool) any {
	if isUndefined(c.Arg(0)) {
		return undefined
	}
	return c.truth(c.Arg(0)) == want
}
