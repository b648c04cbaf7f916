package main

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/go-analyze/charts"
)

// A chart is a drawing with the numbers behind it, for those who cannot see it.
type chart struct {
	Title, Note string
	Header      []string
	Table       [][]string
	SVG         string
	Narrow      string // the same for a phone
}

// The drawings are made with marker colours, each of which becomes a variable of
// the page's style sheet, so that they follow its light and dark dress.
const (
	inkMark    = iota + 1 // text and axes
	gridMark              // split lines
	seriesMark            // the first series; the others follow
)

// series names the colours; a chart uses the ones it needs by index.
const (
	ours = iota
	roof
	rivals
	loop
	stream
	seriesCount
)

func marker(n int) charts.Color { return charts.ColorRGB(1, 2, uint8(n)) }

var markers = regexp.MustCompile(`rgb\(1,2,(\d+)\)`)

// variables replaces the marker colours by what name returns for each.
func variables(svg string, name func(mark string) string) string {
	svg = markers.ReplaceAllStringFunc(svg, func(s string) string { return name(markers.FindStringSubmatch(s)[1]) })
	return strings.ReplaceAll(svg, "'Roboto Medium',", "Roboto,Arial,")
}

func theme(colors []int) charts.ColorPalette {
	ink := marker(inkMark)
	var series []charts.Color
	for _, c := range colors {
		series = append(series, marker(seriesMark+c))
	}
	return charts.MakeTheme(charts.ThemeOption{
		AxisStrokeColor: ink, AxisSplitLineColor: marker(gridMark), BackgroundColor: charts.ColorTransparent,
		TextColor: ink, TextColorTitle: ink, TextColorMark: ink, TextColorLabel: ink,
		TextColorLegend: ink, TextColorXAxis: ink, TextColorYAxis: ink, SeriesColors: series,
	})
}

// A plot is the data of a chart: a value for each series and category, 0 where
// there is none.
type plot struct {
	title, note string
	unit        string // format of a value
	categories  []string
	names       []string // of the series
	colors      []int
	values      [][]float64 // [series][category]
	log         bool        // values are shown by their binary logarithm
	sideways    bool
	bare        bool // no axis of values
	width       int
	height      int
}

// draw renders a plot, for wide and for narrow screens.
func (p *plot) draw() (chart, error) {
	c := chart{Title: p.title, Note: p.note, Header: append([]string{""}, p.names...)}
	for k, category := range p.categories {
		line := []string{category}
		for s := range p.names {
			line = append(line, p.text(p.values[s][k]))
		}
		c.Table = append(c.Table, line)
	}
	var err error
	if c.SVG, err = p.bars(); err != nil {
		return c, fmt.Errorf("%s: %w", p.title, err)
	}
	if c.Narrow, err = p.narrow().bars(); err != nil {
		return c, fmt.Errorf("%s: %w", p.title, err)
	}
	return c, nil
}

// narrow turns a plot so that its categories stand below each other, from the top.
// Its values are written beside the bars; its axis says nothing more.
func (p *plot) narrow() *plot {
	n := *p
	n.bare = true
	if p.sideways {
		n.width = 430
		return &n
	}
	n.sideways = true
	n.width, n.height = 330, 50+len(p.categories)*(14+13*len(p.names))
	n.categories, n.values = reversed(p.categories), nil
	for _, line := range p.values {
		n.values = append(n.values, reversed(line))
	}
	return &n
}

func reversed[T any](s []T) []T {
	s = slices.Clone(s)
	slices.Reverse(s)
	return s
}

// bars renders a plot as it is.
func (p *plot) bars() (string, error) {
	values := make([][]float64, len(p.values))
	for s := range p.values {
		values[s] = slices.Clone(p.values[s])
		for k, v := range values[s] {
			if p.log {
				values[s][k] = math.Log2(max(v, 1e-3))
			}
		}
	}
	option := charts.NewBarChartOptionWithData(values)
	option.Theme = theme(p.colors)
	option.Horizontal = p.sideways
	option.CategoryAxis.Labels = p.categories
	option.Padding = charts.NewBox(4, 8, 12, 4)
	small := charts.NewFontStyleWithSize(11)
	option.CategoryAxis.LabelFontStyle = small
	if p.sideways {
		option.CategoryAxis.LabelOffset = charts.OffsetInt{Left: -10} // for fonts wider than the library's
		option.Padding.Left = 14
	}
	option.CategoryAxis.LabelCount = len(p.categories) // all of them
	axis := charts.ValueAxisOption{LabelFontStyle: small, ValueFormatter: p.axisText, Show: charts.Ptr(!p.bare)}
	if p.log { // leave room to write what is below 1
		axis.Min = charts.Ptr(math.Floor(min(0, slices.Min(values[0]))) - 2)
	} else {
		top, labels := ruler(values)
		axis.Min, axis.Max, axis.LabelCount = charts.Ptr(0.0), &top, labels
	}
	option.ValueAxis = []charts.ValueAxisOption{axis}
	if len(p.names) > 1 {
		option.Legend = charts.LegendOption{SeriesNames: p.names, FontStyle: small}
	}
	for s := range option.SeriesList {
		option.SeriesList[s].Label = charts.SeriesLabel{Show: charts.Ptr(p.sideways || len(p.names)*len(p.categories) <= 12),
			FontStyle: charts.NewFontStyleWithSize(10), ValueFormatter: p.barText}
	}
	painter := charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputSVG, Width: p.width, Height: p.height, Theme: option.Theme})
	if err := painter.BarChart(option); err != nil {
		return "", err
	}
	svg, err := painter.Bytes()
	return string(svg), err
}

// ruler returns the end of an axis from 0 that holds all values, and the number of
// its labels, which are a round number apart.
func ruler(values [][]float64) (top float64, labels int) {
	for _, line := range values {
		top = max(top, slices.Max(line))
	}
	step := math.Pow(10, math.Floor(math.Log10(max(top, 1e-3))))
	for _, finer := range []float64{2, 2.5, 2} { // halves, fifths, tenths
		if top/step < 4 {
			step /= finer
		}
	}
	steps := math.Ceil(top / step)
	return steps * step, int(steps) + 1
}

// text writes a value, axisText one as it is drawn, and barText one beside its bar.
func (p *plot) text(v float64) string {
	if v == 0 {
		return "–"
	}
	return fmt.Sprintf(p.unit, v)
}

func (p *plot) axisText(v float64) string {
	if p.log {
		v = math.Exp2(v)
	}
	if v >= 10 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf(p.unit, v)
}

func (p *plot) barText(v float64) string {
	if v == 0 && !p.log {
		return ""
	}
	return p.axisText(v)
}

// contestant is a series of a chart of speeds.
type contestant struct {
	name  string
	color int
	ns    func(*row) float64
}

func (d *document) contestants() []contestant {
	all := []contestant{
		{"stridecopy", ours, func(r *row) float64 { return r.NsMin }},
		{"memcpy", roof, func(r *row) float64 { return r.MemcpyNs }},
	}
	if _, n := mean(d.main(), every, (*row).peerNs); n > 0 {
		all = append(all, contestant{"best recorded peer", rivals, (*row).peerNs})
	}
	return append(all, contestant{"plain Go loop", loop, func(r *row) float64 { return r.NaiveNs }})
}

// speeds plots GB/s of all contestants over groups of rows.
func speeds(p plot, rows []row, all []contestant, groups []func(*row) bool) plot {
	p.unit = "%.3g"
	for _, c := range all {
		var line []float64
		for _, group := range groups {
			v, _ := mean(rows, group, func(r *row) float64 { return r.gigabytes(c.ns(r)) })
			line = append(line, v)
		}
		p.names, p.colors, p.values = append(p.names, c.name), append(p.colors, c.color), append(p.values, line)
	}
	return p
}

func (d *document) byFamily() plot {
	rows := d.main()
	p := plot{title: "Throughput by family", note: "GB/s of bytes read and written, geometric means. memcpy is a dense copy of as many bytes: the roof.",
		categories: families(rows), width: 760, height: 320}
	var groups []func(*row) bool
	for _, f := range p.categories {
		groups = append(groups, inFamily(f))
	}
	return speeds(p, rows, d.contestants(), groups)
}

// classes returns the size classes that rows fall into.
func classes(rows []row) (names []string, groups []func(*row) bool) {
	for k, class := range sizeClasses {
		if slices.ContainsFunc(rows, func(r row) bool { return inClass(k)(&r) }) {
			names, groups = append(names, class.name), append(groups, inClass(k))
		}
	}
	return names, groups
}

func (d *document) bySize() plot {
	rows := d.main()
	p := plot{title: "Throughput by size", note: "GB/s by payload, geometric means over the cases of a class. Past the caches a streaming copy raises the roof.",
		width: 760, height: 320}
	var groups []func(*row) bool
	p.categories, groups = classes(rows)
	all := d.contestants()
	if _, n := mean(rows, every, func(r *row) float64 { return r.StreamNs }); n > 0 {
		all = append(all, contestant{"streaming copy", stream, func(r *row) float64 { return r.StreamNs }})
	}
	return speeds(p, rows, all, groups)
}

// byRival plots how many times faster ours is than every rival, over the cases
// that the rival can express.
func (d *document) byRival() plot {
	rows := d.main()
	p := plot{title: "Against each rival", note: "How many times faster than each rival, over the cases that it can express (their number in brackets). " +
		"An asterisk marks recorded figures.", unit: "%.2f", names: []string{"times faster"}, colors: []int{ours}, log: true, sideways: true, width: 1120}
	type entry struct {
		name  string
		ratio float64
	}
	var entries []entry
	add := func(name string, f func(*row) float64) {
		if v, n := mean(rows, every, f); n > 0 {
			entries = append(entries, entry{fmt.Sprintf("%s (%d)", name, n), v})
		}
	}
	add("plain Go loop", func(r *row) float64 { return r.NaiveNs / r.NsMin })
	for _, name := range d.Rivals {
		add(name, func(r *row) float64 { return r.Rivals[name] / r.NsMin })
	}
	for _, name := range recordedNames(rows) {
		add(name+"*", func(r *row) float64 {
			if share := r.RecordedPeers[name]; share > 0 {
				return r.MemcpyNs / r.NsMin / share
			}
			return 0
		})
	}
	sort.SliceStable(entries, func(i, j int) bool { return entries[i].ratio > entries[j].ratio })
	line := []float64{}
	for _, e := range entries {
		p.categories, line = append(p.categories, e.name), append(line, e.ratio)
	}
	p.values = [][]float64{line}
	p.height = 60 + 22*len(entries)
	return p
}

func recordedNames(rows []row) (names []string) {
	for _, r := range rows {
		for name := range r.RecordedPeers {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// byLevel plots the instruction-set levels side by side.
func (d *document) byLevel() plot {
	rows := d.main()
	p := plot{title: "Instruction-set levels", note: "GB/s by family, one worker count, every level that this machine has.", unit: "%.3g",
		categories: families(rows), width: 760, height: 300}
	for k, level := range d.levels() {
		var line []float64
		for _, f := range p.categories {
			v, _ := mean(d.variant(level, rows[0].Workers), inFamily(f), func(r *row) float64 { return r.gigabytes(r.NsMin) })
			line = append(line, v)
		}
		p.names, p.colors, p.values = append(p.names, level), append(p.colors, k%seriesCount), append(p.values, line)
	}
	return p
}

// byWorkers plots what more workers bring.
func (d *document) byWorkers() plot {
	n := d.workers()
	rows := d.main()
	more := d.variant(rows[0].Features, n)
	p := plot{title: "Workers", note: fmt.Sprintf("Speed with %d workers over that with %d, by payload. Small copies stay with one.", n, rows[0].Workers),
		unit: "%.2f", names: []string{"speed-up"}, colors: []int{ours}, width: 760, height: 280}
	var groups []func(*row) bool
	p.categories, groups = classes(rows)
	var line []float64
	for _, group := range groups {
		one, _ := mean(rows, group, func(r *row) float64 { return r.NsMin })
		many, _ := mean(more, group, func(r *row) float64 { return r.NsMin })
		line = append(line, one/max(many, 1e-9))
	}
	p.values = [][]float64{line}
	return p
}
