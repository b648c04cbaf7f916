package main

import (
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"
	"strings"
)

//go:embed web/page.html web/page.css web/page.js
var web embed.FS

// A page is what the template shows.
type page struct {
	*document
	Style              template.CSS
	Script             template.JS
	Families           []familyLine
	Charts             []drawn
	Losses, MoreLosses []line  // furthest behind first
	Groups             []group // the heat map
	Lines              []line  // the table, losses first
	Columns            []string
	Details            map[string]detail
	Behind             int
	Compared           int
}

type drawn struct {
	chart
	Wide, Phone template.HTML
	ID          string
}

type familyLine struct {
	Name                 string
	Cases, Behind        int
	Speed, Roof, X, Best string
}

type group struct {
	Family string
	Lines  []line
}

// A line is a case in the table and in the heat map.
type line struct {
	Name, Family, Payload, Kernel string
	Explain                       string
	Speed, Roof                   string
	Ratio                         string // ours over the best rival, "" if there is none
	Best                          string
	Heat                          int // bucket of the ratio, -1 if there is none
	Values                        []cell
	Bytes                         int
	SortRatio                     float64
}

// A cell is a figure with the number that it is sorted by.
type cell struct {
	Text string
	Sort float64
}

// A detail is what the page tells about a case when it is asked.
type detail struct {
	Explain string      `json:"explain"`
	Kernel  string      `json:"kernel"`
	Figures [][2]string `json:"figures"`
}

func writePage(w io.Writer, d *document) error {
	p := &page{document: d, Details: map[string]detail{}}
	style, err := web.ReadFile("web/page.css")
	if err != nil {
		return err
	}
	script, err := web.ReadFile("web/page.js")
	if err != nil {
		return err
	}
	p.Style, p.Script = template.CSS(style), template.JS(script)
	if err := p.drawAll(); err != nil {
		return err
	}
	p.tabulate()
	t, err := template.ParseFS(web, "web/page.html")
	if err != nil {
		return err
	}
	return t.Execute(w, p)
}

// drawAll makes the charts that the results are enough for.
func (p *page) drawAll() error {
	plots := []plot{p.byFamily(), p.bySize()}
	if p.workers() > 0 {
		plots = append(plots, p.byWorkers())
	}
	if len(p.levels()) > 1 {
		plots = append(plots, p.byLevel())
	}
	plots = append(plots, p.byRival())
	for k, plot := range plots {
		c, err := plot.draw()
		if err != nil {
			return err
		}
		id := fmt.Sprintf("chart%d", k)
		p.Charts = append(p.Charts, drawn{c, inline(c.SVG, id), inline(c.Narrow, id), id})
	}
	return nil
}

// inline makes a drawing part of the page: in the colours of its style sheet, and
// named by the caption with the given id.
func inline(svg, id string) template.HTML {
	svg = variables(svg, func(mark string) string { return "var(--m" + mark + ")" })
	return template.HTML(strings.Replace(svg, "<svg ", fmt.Sprintf(`<svg role="img" aria-labelledby="%s" `, id), 1))
}

// tabulate fills the tables and the heat map.
func (p *page) tabulate() {
	rows := p.main()
	p.Columns = append([]string{"GB/s", "of memcpy", "x loop"}, p.columnNames()...)
	for i := range rows {
		r := &rows[i]
		p.Lines = append(p.Lines, p.line(r))
		p.Details[r.Name] = p.detail(r)
	}
	for _, f := range families(rows) {
		g := group{Family: f}
		for _, l := range p.Lines {
			if l.Family == f {
				g.Lines = append(g.Lines, l)
			}
		}
		p.Groups = append(p.Groups, g)
		p.Families = append(p.Families, summary(f, rows, g.Lines))
	}
	slices.SortStableFunc(p.Lines, func(a, b line) int {
		switch { // without a rival: last
		case a.SortRatio == b.SortRatio:
			return 0
		case b.SortRatio == 0 || a.SortRatio != 0 && a.SortRatio < b.SortRatio:
			return -1
		}
		return 1
	})
	for _, l := range p.Lines {
		if l.SortRatio > 0 {
			p.Compared++
		}
		if l.SortRatio > 0 && l.SortRatio < 1 {
			p.Behind++
			p.Losses = append(p.Losses, l)
		}
	}
	const atOnce = 16
	shown := min(atOnce, len(p.Losses))
	p.Losses, p.MoreLosses = p.Losses[:shown], p.Losses[shown:]
}

// columnNames are those of the rivals.
func (p *page) columnNames() (names []string) {
	for _, name := range p.Rivals {
		names = append(names, "x "+name)
	}
	return names
}

func (p *page) line(r *row) line {
	ratio, best := r.versus()
	l := line{Name: r.Name, Family: r.Family, Payload: size(r.Payload), Kernel: r.Kernel, Explain: r.Explain, Best: best, Heat: heat(ratio), SortRatio: ratio, Bytes: r.Payload,
		Speed: fmt.Sprintf("%.1f", r.gigabytes(r.NsMin)), Roof: fmt.Sprintf("%.2f", r.MemcpyNs/r.NsMin)}
	if ratio > 0 {
		l.Ratio = times(ratio)
	}
	figure := func(format string, v float64) {
		text := ""
		if v > 0 {
			text = fmt.Sprintf(format, v)
		}
		l.Values = append(l.Values, cell{text, v})
	}
	figure("%.1f", r.gigabytes(r.NsMin))
	figure("%.2f", r.MemcpyNs/r.NsMin)
	figure("%.1f", r.NaiveNs/r.NsMin)
	for _, name := range p.Rivals {
		figure("%.1f", r.Rivals[name]/r.NsMin)
	}
	return l
}

// times writes a ratio with as many digits as help.
func times(ratio float64) string {
	if ratio >= 10 {
		return fmt.Sprintf("%.0f", ratio)
	}
	return fmt.Sprintf("%.2f", ratio)
}

// heat sorts a ratio into a bucket of the heat map's colours.
func heat(ratio float64) int {
	limits := []float64{0.5, 0.8, 1, 1.25, 2, 4}
	if ratio == 0 {
		return -1
	}
	for k, limit := range limits {
		if ratio < limit {
			return k
		}
	}
	return len(limits)
}

func (p *page) detail(r *row) detail {
	d := detail{Explain: r.Explain, Kernel: r.Kernel}
	add := func(name string, ns float64) {
		if ns > 0 {
			d.Figures = append(d.Figures, [2]string{name, fmt.Sprintf("%s, %.1f GB/s", duration(ns), r.gigabytes(ns))})
		}
	}
	add("stridecopy", r.NsMin)
	for _, other := range p.Results {
		if other.Name == r.Name && (other.Features != r.Features || other.Workers != r.Workers) {
			add(fmt.Sprintf("stridecopy, %s, %d worker(s)", other.Features, other.Workers), other.NsMin)
		}
	}
	add("memcpy of the payload", r.MemcpyNs)
	add("streaming copy of the payload", r.StreamNs)
	add("into fresh memory", r.ColdNs)
	add("plain Go loop", r.NaiveNs)
	for _, name := range p.Rivals {
		add(name, r.Rivals[name])
	}
	for _, name := range recordedNames([]row{*r}) {
		d.Figures = append(d.Figures, [2]string{name + " (recorded)", fmt.Sprintf("%.3f of memcpy; ours %.2f", r.RecordedPeers[name], r.MemcpyNs/r.NsMin)})
	}
	return d
}

func summary(family string, rows []row, lines []line) familyLine {
	keep := inFamily(family)
	f := familyLine{Name: family}
	figure := func(format string, of func(*row) float64) string {
		v, n := mean(rows, keep, of)
		if n == 0 {
			return ""
		}
		return fmt.Sprintf(format, v)
	}
	f.Speed = figure("%.1f", func(r *row) float64 { return r.gigabytes(r.NsMin) })
	f.Roof = figure("%.2f", func(r *row) float64 { return r.MemcpyNs / r.NsMin })
	f.X = figure("%.1f", func(r *row) float64 { return r.NaiveNs / r.NsMin })
	f.Best = figure("%.2f", func(r *row) float64 { v, _ := r.versus(); return v })
	for _, l := range lines {
		f.Cases++
		if l.SortRatio > 0 && l.SortRatio < 1 {
			f.Behind++
		}
	}
	return f
}

// JSON is for the script.
func (p *page) JSON() (template.JS, error) {
	text, err := json.Marshal(p.Details)
	return template.JS(text), err
}

// size writes a number of bytes, duration a number of nanoseconds, as people do.
func size(bytes int) string {
	switch {
	case bytes >= 1<<20:
		return fmt.Sprintf("%.3g MiB", float64(bytes)/(1<<20))
	case bytes >= 1<<10:
		return fmt.Sprintf("%.3g KiB", float64(bytes)/(1<<10))
	}
	return fmt.Sprintf("%d B", bytes)
}

func duration(ns float64) string {
	for _, u := range []struct {
		scale float64
		name  string
	}{{1e9, "s"}, {1e6, "ms"}, {1e3, "µs"}} {
		if ns >= u.scale {
			return fmt.Sprintf("%.3g %s", ns/u.scale, u.name)
		}
	}
	return fmt.Sprintf("%.*f ns", int(math.Max(0, 1-math.Floor(math.Log10(ns)/2))), ns)
}
