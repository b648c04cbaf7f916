package memoryview

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
)

// errSkip marks a step whose arguments a statically typed caller cannot write.
var errSkip = errors.New("typing-only")

// a step of a vector, with its arguments.
type step struct {
	object
	r *replay
}

func (s step) str(name string) string { x, _ := s.object[name].(string); return x }
func (s step) num(name string) int    { return mustInt(s.object[name].(json.Number)) }
func (s step) obj(name string) any    { return s.r.regs[s.str(name)] }
func (s step) view(name string) *View { return s.obj(name).(*View) }
func (s step) order() Order           { return Order(s.str("order")) }
func (s step) ints(name string) []int {
	out := []int{}
	for _, n := range s.object[name].([]any) {
		out = append(out, mustInt(n.(json.Number)))
	}
	return out
}

// buffer returns the buffer in a register: an open one, a raw one, or a view's own.
func (s step) buffer(name string) *Buffer {
	switch x := s.obj(name).(type) {
	case *Buffer:
		return x
	case *testExporter:
		return &x.buf
	default:
		return x.(*View).Buffer()
	}
}

// made registers a new view and returns its encoding.
func (s step) made(v *View, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	if to := s.str("to"); to != "" {
		s.r.regs[to] = v
	}
	return object{"mv": s.r.mv(v)}, nil
}

// result encodes a plain result.
func result[T any](x T, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return encode(x), nil
}

func hexResult(b []byte, err error) (any, error) { return result(hex.EncodeToString(b), err) }

func oneIf(set bool) any {
	if set {
		return json.Number("1")
	}
	return json.Number("0")
}

func collect(items iter.Seq2[any, error]) (any, error) {
	list := []any{}
	for item, err := range items {
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	return encode(list), nil
}

// capi runs a step of the C API; known is false if it is none.
func (s step) capi() (got any, err error, known bool) {
	switch known = true; s.str("do") {
	case "view":
		got, err = s.made(FromObject(s.obj("of")))
	case "from_memory":
		mem := s.obj("of").(*testExporter).blocks[0].Mem
		got, err = s.made(FromMemory(mem[:s.num("size")], Flags(s.num("flags"))), nil)
	case "from_buffer":
		got, err = s.made(FromBuffer(s.buffer("of")))
	case "get_contiguous":
		got, err = s.getContiguous()
	case "check":
		got = oneIf(Check(s.obj("of")))
	case "get_buffer_struct":
		got = object{"pybuf": s.r.pybuf(s.view("on").Buffer())}
	case "get_base":
		got = s.r.name(s.view("on").Base())
	case "getbuffer":
		got, err = s.getBuffer()
	case "release_buffer":
		b := s.buffer("on")
		b.Release()
		got = object{"obj": b.Obj != nil}
	case "is_contiguous":
		got = oneIf(IsContiguous(s.buffer("on"), s.order()))
	case "get_pointer":
		p, e := GetPointer(s.buffer("on"), s.ints("idx")...)
		got, err = s.r.position(p), e
	case "to_contiguous":
		b := s.buffer("on")
		n := b.Len
		if _, given := s.object["len"]; given {
			n = s.num("len")
		}
		out := s.memory(n)
		err = ToContiguous(out, b, s.order())
		got = hex.EncodeToString(out)
	case "from_contiguous":
		got, err = oneIf(false), FromContiguous(s.buffer("on"), mustHex(s.str("src")), s.order())
	case "copy_data":
		got, err = oneIf(false), CopyData(s.obj("dst"), s.obj("src"))
	case "fill_strides":
		shape := s.ints("shape")
		strides := make([]int, len(shape))
		FillContiguousStrides(shape, strides, s.num("isz"), s.order())
		got = encode(strides)
	case "fill_info":
		got, err = s.fillInfo()
	case "size_from_format":
		if want, ok := s.object["want"].(json.Number); ok {
			mustInt(want) // a size that no int holds cannot be returned
		}
		got, err = result(SizeFromFormat(s.str("fmt")))
	case "mem":
		got = hex.EncodeToString(s.obj("on").(*testExporter).blocks[0].Mem)
	case "append":
		err = s.obj("on").(*testExporter).grow(byte(s.num("byte")))
	case "ndslice":
		got, err = s.ndSlice()
	default:
		known = false
	}
	return got, err, known
}

// memory returns n bytes, unless no caller could have so many.
func (s step) memory(n int) []byte {
	if n > 1<<28 {
		panic(errInexpressible{json.Number(fmt.Sprint(n))})
	}
	return make([]byte, n)
}

func (s step) getContiguous() (any, error) {
	source := s.obj("of")
	v, err := GetContiguous(source, Flags(s.num("type")), s.order())
	got, err := s.made(v, err)
	if err != nil {
		return nil, err
	}
	var b Buffer
	if err := GetBuffer(source, &b, FullRO); err != nil {
		return nil, err
	}
	defer b.Release()
	o := got.(object)
	raw, err := v.buf.Buf.block(v.buf.Len)
	same := sameBlock(b.Buf, v.buf.Buf)
	if len(b.Buf.Mem) == 0 { // no address tells; a copy of a copy is never needed
		_, copied := v.Base().([]byte)
		from, isView := source.(*View)
		if isView {
			_, isView = from.Base().([]byte)
		}
		same = !copied || isView
	}
	o["same"], o["raw"] = same, hex.EncodeToString(raw)
	return o, err
}

func (s step) getBuffer() (any, error) {
	b := new(Buffer)
	if err := GetBuffer(s.obj("of"), b, Flags(s.num("flags"))); err != nil {
		return nil, err
	}
	got := object{"pybuf": s.r.pybuf(b)}
	if to := s.str("to"); to != "" {
		s.r.regs[to] = b
	} else {
		b.Release()
	}
	return got, nil
}

func (s step) fillInfo() (any, error) {
	if s.object["null"] == true {
		return nil, FillInfo(nil, nil, nil, false, 0)
	}
	var b Buffer
	if err := FillInfo(&b, nil, s.memory(s.num("len")), s.num("ro") != 0, Flags(s.num("flags"))); err != nil {
		return nil, err
	}
	o := s.r.pybuf(&b)
	o["ro"] = oneIf(b.ReadOnly)
	return object{"pybuf": o}, nil
}

// ndSlice replays the slicing of an array with Sub.
func (s step) ndSlice() (any, error) {
	v, err := FromObject(s.obj("of"))
	if err != nil {
		return nil, err
	}
	keys := []any{s.r.value(s.object["key"])}
	if t, ok := keys[0].(Tuple); ok {
		keys = t
	}
	w, err := v.Sub(keys...)
	if err != nil {
		return nil, err
	}
	f, err := parseStruct(w.buf.Format)
	if err != nil {
		return nil, err
	}
	list, err := w.buf.list(w.buf.Buf, 0, func(p Pointer) (any, error) {
		item, err := p.item(w.buf.ItemSize)
		if err != nil {
			return nil, err
		}
		return f.unpack(item)
	})
	o := s.r.pybuf(w.Buffer())
	o["tolist"] = encode(list)
	return object{"pybuf": o}, err
}

// method runs a method of a view.
func (s step) method() (got any, err error) {
	switch do := s.str("do"); do {
	case "eq", "ne":
		x := s.obj("b")
		if val, given := s.object["val"]; given {
			x = s.r.value(val)
		}
		equal, err := s.view("a").Eq(x)
		return equal == (do == "eq"), err
	case "lt":
		return nil, errSkip
	}
	v := s.view("on")
	switch s.str("do") {
	case "attrs":
		return s.attributes(v)
	case "attr":
		return attributeGetters[s.str("name")](s.r, v)
	case "tobytes":
		return s.toBytes(v)
	case "tolist":
		return result(v.ToList())
	case "hex":
		return s.hex(v)
	case "len":
		return result(v.Len())
	case "iter":
		return collect(v.All())
	case "reversed":
		return collect(v.Backward())
	case "contains":
		return result(v.Contains(s.r.value(s.object["val"])))
	case "count":
		return result(v.Count(s.r.value(s.object["val"])))
	case "index":
		return s.index(v)
	case "hash":
		return s.hash(v)
	case "getitem":
		return s.getItem(v)
	case "setitem":
		return nil, v.SetItem(s.r.value(s.object["key"]), s.r.value(s.object["val"]))
	case "delitem":
		return nil, v.DelItem(s.r.value(s.object["key"]))
	case "cast":
		return s.cast(v)
	case "toreadonly":
		return s.made(v.ToReadOnly())
	case "release", "exit":
		return nil, v.Release()
	case "enter":
		w, err := v.Enter()
		return w == v, err
	case "released":
		return v.Released(), nil
	}
	panic("step " + s.str("do"))
}

// attributeGetters encode an attribute as "attr" wants it.
var attributeGetters = map[string]func(*replay, *View) (any, error){
	"nbytes":       func(_ *replay, v *View) (any, error) { return result(v.NBytes()) },
	"readonly":     func(_ *replay, v *View) (any, error) { return result(v.ReadOnly()) },
	"itemsize":     func(_ *replay, v *View) (any, error) { return result(v.ItemSize()) },
	"ndim":         func(_ *replay, v *View) (any, error) { return result(v.NDim()) },
	"shape":        func(_ *replay, v *View) (any, error) { return result(v.Shape()) },
	"strides":      func(_ *replay, v *View) (any, error) { return result(v.Strides()) },
	"suboffsets":   func(_ *replay, v *View) (any, error) { return result(v.Suboffsets()) },
	"c_contiguous": func(_ *replay, v *View) (any, error) { return result(v.CContiguous()) },
	"f_contiguous": func(_ *replay, v *View) (any, error) { return result(v.FContiguous()) },
	"contiguous":   func(_ *replay, v *View) (any, error) { return result(v.Contiguous()) },
	"format": func(_ *replay, v *View) (any, error) {
		format, err := v.Format()
		return object{"s": format}, err
	},
	"obj": func(r *replay, v *View) (any, error) {
		obj, err := v.Obj()
		return r.name(obj), err
	},
}

func (s step) attributes(v *View) (any, error) {
	o := object{}
	for _, name := range slices.Sorted(maps.Keys(attributeGetters)) {
		x, err := attributeGetters[name](s.r, v)
		if err != nil {
			return nil, err
		}
		if name == "format" {
			x = x.(object)["s"]
		}
		o[name] = x
	}
	return o, nil
}

func (s step) toBytes(v *View) (any, error) {
	order := OrderC
	switch x := s.object["order"].(type) {
	case nil:
	case string:
		order = Order(x)
	default:
		return nil, errSkip
	}
	return hexResult(v.ToBytes(order))
}

func (s step) hex(v *View) (any, error) {
	given, ok := s.object["sep"]
	if !ok {
		return result(v.Hex())
	}
	perGroup := 1
	if _, ok := s.object["bps"]; ok {
		perGroup = s.num("bps")
	}
	switch sep := s.r.value(given).(type) {
	case string:
		return result(v.HexSep(sep, perGroup))
	case []byte:
		return result(v.HexSep(string(sep), perGroup))
	}
	return nil, errSkip
}

func (s step) index(v *View) (any, error) {
	var bounds []int
	if _, given := s.object["range"]; given {
		for _, n := range s.object["range"].([]any) {
			w, _ := wholeBig(bigOf(n.(json.Number)))
			bounds = append(bounds, int(w.clamp()))
		}
	}
	return result(v.Index(s.r.value(s.object["val"]), bounds...))
}

func (s step) hash(v *View) (any, error) {
	h, err := v.Hash()
	if err != nil {
		return nil, err
	}
	if want, ok := s.object["want"].(object); ok {
		if text, ok := want["same_as_bytes"].(string); ok && h == HashBytes(mustHex(text)) {
			return want, nil
		}
	}
	return object{"same_as_bytes": "another hash"}, nil
}

func (s step) getItem(v *View) (any, error) {
	got, err := v.GetItem(s.r.value(s.object["key"]))
	if err != nil {
		return nil, err
	}
	w, ok := got.(*View)
	if !ok {
		return object{"val": encode(got)}, nil
	}
	o, err := s.made(w, nil)
	if w == v {
		o.(object)["self"] = true
	}
	return o, err
}

func (s step) cast(v *View) (any, error) {
	format, ok := s.object["fmt"].(string)
	if !ok {
		return nil, errSkip
	}
	var shape any
	if given, ok := s.object["shape"]; ok {
		if shape = s.r.value(given); shape == nil {
			shape = false // None, where no shape is another thing
		}
	}
	return s.made(v.Cast(format, shape))
}
