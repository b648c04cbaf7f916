package main

import (
	"cmp"
	"fmt"
	"html"
	"io"
	"slices"
	"strings"
)

// writePicture draws the chart by family as an SVG file that stands alone: its
// colours follow the reader's light or dark dress, and it names the machine.
func writePicture(w io.Writer, d *document) error {
	p := d.byFamily()
	c, err := p.draw()
	if err != nil {
		return err
	}
	svg := variables(c.SVG, func(mark string) string { return "var(--m" + mark + ")" })
	start := strings.Index(svg, ">") + 1
	end := strings.LastIndex(svg, "</svg>")
	const head, foot, lineHeight = 44, 16, 16
	lines := wrapped(d.footnote(), 118)
	height := head + p.height + foot + lineHeight*len(lines)
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-labelledby="t d">`,
		p.width, height, p.width, height)
	fmt.Fprintf(w, `<title id="t">%s</title><desc id="d">%s</desc>`, html.EscapeString(p.title), html.EscapeString(description(c)))
	fmt.Fprint(w, pictureStyle)
	fmt.Fprintf(w, `<rect width="100%%" height="100%%" rx="10" style="fill:var(--paper)"/>`)
	fmt.Fprintf(w, `<text x="20" y="28" style="font-size:16px;font-weight:600;fill:var(--m1)">%s</text>`,
		html.EscapeString("Strided copies: GB/s by family, geometric means"))
	fmt.Fprintf(w, `<g transform="translate(0 %d)">%s</g>`, head, svg[start:end])
	for k, line := range lines {
		fmt.Fprintf(w, `<text x="20" y="%d" style="font-size:11px;fill:var(--m1)">%s</text>`,
			head+p.height+foot/2+lineHeight*k+4, html.EscapeString(line))
	}
	_, err = fmt.Fprintln(w, "</svg>")
	return err
}

const pictureStyle = `<style>
svg { --paper: #ffffff; --m1: #414c5b; --m2: #e1e6ed; --m3: #2166d1; --m4: #8b98a9; --m5: #d97917; --m6: #b9c2ce; --m7: #14867a; font-family: system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { svg { --paper: #12161c; --m1: #b8c2cf; --m2: #2b3440; --m3: #5b9bff; --m4: #8794a6; --m5: #f0a24a; --m6: #556172; --m7: #3fc4b3; } }
</style>`

// footnote says on what, with what and by which command, and which cases we lose.
func (d *document) footnote() string {
	const worst = 5
	type loss struct {
		name  string
		ratio float64
	}
	var losses []loss
	compared := 0
	for _, r := range d.main() {
		ratio, best := r.versus()
		if ratio > 0 {
			compared++
		}
		if ratio > 0 && ratio < 1 {
			losses = append(losses, loss{fmt.Sprintf("%s (%.2f of %s)", r.Name, ratio, strings.Replace(best, " (recorded)", "*", 1)), ratio})
		}
	}
	note := fmt.Sprintf("%s; %s; %s. Behind the best rival in %d of %d cases", d.Machine, d.Date, d.Command, len(losses), compared)
	slices.SortStableFunc(losses, func(a, b loss) int { return cmp.Compare(a.ratio, b.ratio) })
	for k, l := range losses[:min(worst, len(losses))] {
		note += []string{", furthest in ", ", "}[min(k, 1)] + l.name
	}
	note += ". memcpy: a dense copy of as many bytes."
	if len(d.About) > 0 {
		note += " Rivals: " + strings.Join(d.About, "; ") + "."
	}
	return note + " * Recorded: " + d.Recorded + "."
}

// description tells the numbers of a chart in words.
func description(c chart) string {
	var s strings.Builder
	for _, line := range c.Table {
		fmt.Fprintf(&s, "%s:", line[0])
		for k, v := range line[1:] {
			fmt.Fprintf(&s, " %s %s,", c.Header[k+1], v)
		}
		s.WriteString(" ")
	}
	return strings.TrimRight(s.String(), ", ")
}

// wrapped breaks a text into lines of at most n characters, where words allow it.
func wrapped(text string, n int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > n {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimLeft(line+" "+word, " ")
	}
	return append(lines, line)
}
