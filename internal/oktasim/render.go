package oktasim

import (
	"strconv"
	"time"
	"unicode/utf8"
)

// A member is one name and value of a JSON object.
type member struct {
	name  string
	value any
}

// An object is a JSON object whose members keep their order, as recorded.
type object []member

// encode writes v as JSON. It knows what answers are made of and no more:
// objects, lists, strings, numbers, booleans, times and null. Like Okta it
// leaves <, > and & alone: escaping them is the reader's work.
func encode(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case float64:
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	case string:
		return encodeString(b, v)
	case time.Time:
		return encodeTime(b, v)
	case profile:
		return encode(b, v.object())
	case object:
		return encodeObject(b, v)
	case []any:
		return encodeList(b, v)
	case []object:
		return encodeList(b, v)
	case []string:
		return encodeList(b, v)
	}
	panic("oktasim: no JSON for this kind of value")
}

func encodeObject(b []byte, o object) []byte {
	b = append(b, '{')
	for i, m := range o {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(encodeString(b, m.name), ':')
		b = encode(b, m.value)
	}
	return append(b, '}')
}

func encodeList[T any](b []byte, list []T) []byte {
	b = append(b, '[')
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = encode(b, v)
	}
	return append(b, ']')
}

func encodeString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < ' ':
			b = append(b, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			b = utf8.AppendRune(b, r) // a broken byte arrives here as U+FFFD
		}
	}
	return append(b, '"')
}

// stamp is Okta's form of an instant: UTC, milliseconds, and those always zero.
const stamp = "2006-01-02T15:04:05.000Z"

func encodeTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(b, "null"...)
	}
	b = append(b, '"')
	b = t.UTC().Truncate(time.Second).AppendFormat(b, stamp)
	return append(b, '"')
}

func (p profile) object() object {
	o := make(object, len(p))
	for i, q := range p {
		o[i] = member(q)
	}
	return o
}

func link(href string) object { return object{{"href", href}} }

// hint is the form of link that factors use.
func hint(href string, allow ...string) object {
	return object{{"href", href}, {"hints", object{{"allow", allow}}}}
}
