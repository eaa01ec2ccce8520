package draw

// row is a line of text.
type row struct {
	text  string
	size  float64
	bold  bool
	color string
}

// leading is the height of a row in relation to the size of its letters.
const leading = 1.28

// extent returns the size of rows of text in points.
func extent(rows []row) (width, height float64) {
	for _, r := range rows {
		width = max(width, r.width())
		height += r.height()
	}
	return width, height
}

func (r row) height() float64 { return r.size * leading }

// width returns the width in Helvetica. Arial and Liberation Sans have the same widths.
func (r row) width() float64 {
	widths := &regular
	if r.bold {
		widths = &bold
	}
	units := 0
	for _, c := range r.text {
		switch {
		case c >= ' ' && c <= '~':
			units += widths[c-' ']
		case c < 0x1100:
			units += 600
		default: // Chinese, Japanese and Korean letters, symbols
			units += 1000
		}
	}
	return float64(units) * r.size / 1000
}

// Widths of the letters from the space to the tilde in thousandths of the size, from Adobe's Core 14 AFM files.
var (
	regular = [95]int{
		278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
		556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
		1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
		667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
		333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
		556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
	}
	bold = [95]int{
		278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278,
		556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611,
		975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778,
		667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556,
		333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611,
		611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
	}
)
