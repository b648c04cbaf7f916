package memoryview

// Flags say what a consumer of a buffer can deal with. The values are CPython's.
//
// A compound flag is present only if all of its bits are set; see [Flags.Has].
type Flags int

// The PyBUF_* request flags.
const (
	Simple        Flags = 0x000                        // PyBUF_SIMPLE: C-contiguous bytes, no shape
	Writable      Flags = 0x001                        // PyBUF_WRITABLE: memory that may be written
	Format        Flags = 0x004                        // PyBUF_FORMAT: the format field
	ND            Flags = 0x008                        // PyBUF_ND: the shape field
	Strides       Flags = 0x010 | ND                   // PyBUF_STRIDES: the shape and strides fields
	CContiguous   Flags = 0x020 | Strides              // PyBUF_C_CONTIGUOUS: memory in C order only
	FContiguous   Flags = 0x040 | Strides              // PyBUF_F_CONTIGUOUS: memory in Fortran order only
	AnyContiguous Flags = 0x080 | Strides              // PyBUF_ANY_CONTIGUOUS: memory in C or Fortran order
	Indirect      Flags = 0x100 | Strides              // PyBUF_INDIRECT: the suboffsets field too
	Contig        Flags = ND | Writable                // PyBUF_CONTIG
	ContigRO      Flags = ND                           // PyBUF_CONTIG_RO
	Strided       Flags = Strides | Writable           // PyBUF_STRIDED
	StridedRO     Flags = Strides                      // PyBUF_STRIDED_RO
	Records       Flags = Strides | Format | Writable  // PyBUF_RECORDS
	RecordsRO     Flags = Strides | Format             // PyBUF_RECORDS_RO
	Full          Flags = Indirect | Format | Writable // PyBUF_FULL
	FullRO        Flags = Indirect | Format            // PyBUF_FULL_RO
)

// Read and Write say what [FromMemory] and [GetContiguous] are to make. They are
// not request flags: [GetBuffer] refuses them.
const (
	Read  Flags = 0x100 // PyBUF_READ
	Write Flags = 0x200 // PyBUF_WRITE
)

// MaxNDim is PyBUF_MAX_NDIM: the largest number of dimensions of a View.
const MaxNDim = 64

// Has reports whether all bits of request are set in f.
func (f Flags) Has(request Flags) bool { return f&request == request }

// An Order is the order in which the items of an array are walked or stored.
type Order string

// The orders that functions take.
const (
	OrderC Order = "C" // the last index varies fastest
	OrderF Order = "F" // Fortran order: the first index varies fastest
	OrderA Order = "A" // any: the order of the memory if it is contiguous, else C
)
