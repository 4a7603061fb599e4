package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode"
)

// Tag names a field in the record, and says what it may hold.
const Tag = "record"

// Words writes the fields of a struct as "name=value" words, in their order; zero
// values are left out. A field says in its tag what it is:
//
//	Role  string `record:"role,public"`     // as it is
//	Login string `record:"login,personal"`  // as it is; it leads to a person
//	Link  Secret `record:"link,secret"`     // as HMAC-SHA-256 under key
//
// A field without a tag is written as its type alone: what nobody has thought
// about does not get into the record. An embedded struct gives its own words.
func Words(key []byte, v any) string {
	return strings.Join(words(key, reflect.ValueOf(v)), " ")
}

func words(key []byte, v reflect.Value) (out []string) {
	for i := range v.NumField() {
		switch f, in := v.Type().Field(i), v.Field(i); {
		case f.Anonymous:
			out = append(out, words(key, in)...)
		case !in.IsZero():
			out = append(out, word(key, f, in))
		}
	}
	return out
}

func word(key []byte, f reflect.StructField, v reflect.Value) string {
	name, class, _ := strings.Cut(f.Tag.Get(Tag), ",")
	switch {
	case !f.IsExported():
	case class == "public" || class == "personal":
		return name + "=" + plain(v)
	case class == "secret" && len(key) > 0:
		return name + "=hmac:" + mask(key, name, v)
	}
	return fmt.Sprintf("%s=[%s]", f.Name, f.Type)
}

// mask is a secret as the record keeps it: who has the secret and the console's
// key can find its row, and nobody finds the secret.
func mask(key []byte, name string, v reflect.Value) string {
	text := fmt.Sprint(v.Interface())
	if s, hidden := v.Interface().(interface{ Reveal() string }); hidden {
		text = s.Reveal()
	}
	m := hmac.New(sha256.New, key)
	m.Write(putText(putText(nil, name), text))
	return hex.EncodeToString(m.Sum(nil))
}

// maxListed is how many words of one list a row keeps: it has to fit where it is sent.
const maxListed = 50

func plain(v reflect.Value) string {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() == reflect.Slice {
		parts := make([]string, min(v.Len(), maxListed))
		for i := range parts {
			parts[i] = plain(v.Index(i))
		}
		if more := v.Len() - maxListed; more > 0 {
			parts = append(parts, strconv.Quote(fmt.Sprintf("and %d more", more)))
		}
		return strings.Join(parts, ",")
	}
	return quoted(fmt.Sprint(v.Interface()))
}

// quoted keeps a value one word: what would end it or look like another stands in
// quotes.
func quoted(s string) string {
	odd := func(r rune) bool { return r <= ' ' || r == '"' || r == '=' || r == ',' || !unicode.IsPrint(r) }
	if strings.ContainsFunc(s, odd) {
		return strconv.Quote(s)
	}
	return s
}
