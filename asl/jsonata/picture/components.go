package picture

import (
	"strings"
	"time"

	"clinical-risk-pipeline/asl/jsonata/fault"
)

// components are the components of a time that was read.
type components map[byte]float64

// only tells whether there are components other than 0 of a family, and all of them are among the names.
func (c components) only(family, names string) bool {
	some := false
	for i := range family {
		if c[family[i]] == 0 {
			continue
		}
		if some = true; strings.IndexByte(names, family[i]) < 0 {
			return false
		}
	}
	return some
}

// order returns the components of which the time consists, the greatest first.
func (c components) order() string {
	dates, times := "YMD", "Hmsf"
	switch family := "YXMxWwdD"; {
	case c.only(family, "YMD"):
	case c.only(family, "Yd"):
		dates = "YD" // the day of the year is not in the order, as in JSONata
	case c.only(family, "Xxw"):
		dates = "XxwF"
	case c.only(family, "XW"):
		dates = "XWF"
	}
	if family := "PHhmsf"; !c.only(family, "Hmsf") && c.only(family, "Phmsf") {
		times = "Phmsf"
	}
	return dates + times
}

func (c components) millis(now time.Time) float64 {
	order := c.order()
	started, ended := false, false
	for i := range order {
		name := order[i]
		if _, ok := c[name]; ok {
			if started = true; ended {
				panic(fault.New("D3136", nil))
			}
			continue
		}
		switch {
		case !started && name == 'P':
			c[name] = 0 // JSONata does not read the half of the day that it takes from now
		case !started:
			c[name] = float64(component(now, name))
		case strings.IndexByte("MDd", name) >= 0:
			c[name], ended = 1, true
		default:
			c[name], ended = 0, true
		}
	}
	if order[0] == 'X' {
		panic(fault.New("D3136", nil))
	}
	hour := c['H']
	if strings.HasSuffix(order, "Phmsf") {
		if hour = c['h']; hour == 12 {
			hour = 0
		}
		if c['P'] == 1 {
			hour += 12
		}
	}
	month, dayOfMonth := max(c['M'], 1), c['D']
	if strings.HasPrefix(order, "YD") {
		month, dayOfMonth = 1, c['d']
	}
	millis := utc(c['Y'], month, dayOfMonth) + hour*3_600_000 + c['m']*60_000 + c['s']*1000 + c['f']
	zone := c['Z']
	if zone == 0 {
		zone = c['z']
	}
	return millis - zone*60_000
}

// utc returns a day in milliseconds since 1970. As in JavaScript, the years 0 to 99 are those after 1900.
func utc(year, month, day float64) float64 {
	if year >= 0 && year <= 99 {
		year += 1900
	}
	first := time.Date(int(min(max(year, -300_000), 300_000)), 1, 1, 0, 0, 0, 0, time.UTC)
	months := min(max(month, -1e6), 1e6)
	return float64(first.AddDate(0, int(months)-1, 0).UnixMilli()) + (day-1)*86_400_000
}
