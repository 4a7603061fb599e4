package oktasim

import (
	"strings"
	"unicode"
)

// A fullName is what a person is called: in Latin letters as first and last
// name, and as displayName in the letters of the language where they differ.
type fullName struct{ first, last, native, locale string }

// A pool holds the names of one language. Entries are separated by spaces, and
// a native form follows its Latin one after a colon; "_" is a space in a name.
type pool struct {
	locale      string
	share       int
	surname1st  bool // in native writing
	first, last string
}

func pools() []pool {
	return []pool{
		{
			"en_GB", 20, false,
			"Alice Benjamin Charlotte Daniel Eleanor Finlay Grace Harry Imogen Jack Keira Liam Maisie Oliver Phoebe Rhys Sophie Thomas Una William",
			"Adams Baker Clarke Davies Edwards Fletcher Griffiths Hughes Jackson Knight Lloyd Morgan Owen Parker Robinson Smith-Jones Taylor Ward Wright O'Brien",
		},
		{
			"en_US", 14, false,
			"Aaliyah Brandon Caleb Destiny Ethan Faith Gabriel Hannah Isaiah Jasmine Logan Madison Nathan Paige Tyler Zoë",
			"Anderson Brooks Coleman Diaz Foster Garcia Hayes Jenkins Lopez Mitchell Nguyen Peterson Reed Sanders Washington Young",
		},
		{
			"de_DE", 10, false,
			"Anneliese Björn Claudia Dieter Elke Götz Jörg Käthe Lukas Maximilian Renate Sabine Ulrich Werner",
			"Bäcker Fischer Großmann Hoffmann Jäger Köhler Müller Schäfer Schröder Weiß von_Bülow Zimmermann",
		},
		{
			"fr_FR", 8, false,
			"Aurélie Benoît Chloé Éloïse François Gaëlle Hélène Jean-Luc Mathéo Noémie Raphaël Thérèse",
			"Beauséjour Chevalier D'Aubigné Fabre Gauthier L'Écuyer Lefèvre Moreau Pelletier Rousseau",
		},
		{
			"es_ES", 7, false,
			"Álvaro Begoña Concepción Inés Íñigo José Lucía Martín Nuria Rubén Sofía",
			"Castaño Domínguez Fernández García_López Ibáñez Jiménez Muñoz Núñez Peña Zúñiga",
		},
		{
			"pt_BR", 6, false,
			"Antônio Beatriz Conceição Davi Fábio Helena João Luísa Simão Tânia",
			"Araújo Conceição da_Silva Ferrão Gonçalves Magalhães Nogueira Simões",
		},
		{
			"pl_PL", 5, false,
			"Agnieszka Bogusław Grażyna Jędrzej Małgorzata Paweł Stanisław Zofia",
			"Błaszczyk Dąbrowski Kaczmarek Łuczak Nowak Szymański Wiśniewska Źródłowski",
		},
		{"tr_TR", 3, false, "Ayşe Çağlar Emre Gülşen İpek Özgür Şule", "Çelik Doğan Güneş Kılıç Öztürk Şahin Yıldırım"},
		{"sv_SE", 4, false, "Åsa Björn Göran Håkan Linnéa Märta Øyvind Sören", "Åkesson Bergström Hägglund Lindgren Nyström Sjöberg Ødegård"},
		{"vi_VN", 3, false, "Anh Bình Dũng Hương Linh Minh Phượng Tuấn", "Đặng Lê Nguyễn Phạm Trần Võ"},
		{"zu_ZA", 3, false, "Ayanda Bongani Lindiwe Nomvula Sipho Thabo Zanele", "Dlamini Khumalo Mokoena Ndlovu Nkosi Zulu"},
		{
			"hi_IN", 4, false,
			"Aarav:आरव Ananya:अनन्या Deepika:दीपिका Ishaan:ईशान Kavita:कविता Rohan:रोहन Vikram:विक्रम",
			"Chatterjee:चटर्जी Gupta:गुप्ता Iyer:अय्यर Patel:पटेल Sharma:शर्मा Singh:सिंह",
		},
		{
			"ja_JP", 4, true,
			"Akemi:明美 Daisuke:大輔 Haruto:陽翔 Kenji:健二 Naoko:直子 Sakura:さくら Yui:結衣",
			"Fujimoto:藤本 Inoue:井上 Nakamura:中村 Sato:佐藤 Suzuki:鈴木 Yamada:山田",
		},
		{"zh_CN", 3, true, "Fang:芳 Jun:军 Li-Hua:丽华 Min:敏 Xiaoming:晓明 Ying:颖", "Chen:陈 Li:李 Liu:刘 Wang:王 Zhang:张 Zhao:赵"},
		{"ko_KR", 2, true, "Eun-ji:은지 Hyun-woo:현우 Ji-min:지민 Seo-yeon:서연", "Choi:최 Jung:정 Lee:이 Park:박"},
		{"el_GR", 2, false, "Anastasia:Αναστασία Dimitris:Δημήτρης Eleni:Ελένη Nikos:Νίκος", "Georgiou:Γεωργίου Nikolaidis:Νικολαΐδης Papadopoulos:Παπαδόπουλος"},
		{"uk_UA", 2, false, "Bohdan:Богдан Iryna:Ірина Kateryna:Катерина Oleksandr:Олександр", "Bondarenko:Бондаренко Kovalenko:Коваленко Shevchenko:Шевченко"},
		{"ar_EG", 2, false, "Amina:أمينة Hassan:حسن Karim:كريم Layla:ليلى", "El-Masry:المصري Haddad:حداد Mansour:منصور"},
	}
}

// names draws from the pools, which are split once.
type names struct {
	rnd         *random
	pools       []pool
	first, last [][]string
}

func newNames(rnd *random) names {
	n := names{rnd: rnd, pools: pools()}
	for _, p := range n.pools {
		n.first = append(n.first, strings.Fields(p.first))
		n.last = append(n.last, strings.Fields(p.last))
	}
	return n
}

// next draws a name. The odd person has one name only, or one that begins like
// a formula or a tag: consoles must bear it.
func (n names) next() fullName {
	i := n.pool()
	first, nativeFirst := entry(pick(n.rnd, n.first[i]))
	last, nativeLast := entry(pick(n.rnd, n.last[i]))
	name := fullName{first: first, last: last, locale: n.pools[i].locale}
	switch {
	case nativeFirst != "" && n.pools[i].surname1st:
		name.native = nativeLast + " " + nativeFirst
	case nativeFirst != "":
		name.native = nativeFirst + " " + nativeLast
	}
	if n.rnd.below(400) == 0 {
		name.last += pick(n.rnd, []string{" <b>PhD</b>", " & Sons", ` "Ace"`})
	}
	return name
}

func (n names) pool() int {
	total := 0
	for _, p := range n.pools {
		total += p.share
	}
	k := n.rnd.below(total)
	for i, p := range n.pools {
		if k -= p.share; k < 0 {
			return i
		}
	}
	return 0
}

// entry undoes the notation of the pools.
func entry(s string) (latin, native string) {
	latin, native, _ = strings.Cut(s, ":")
	return strings.ReplaceAll(latin, "_", " "), native
}

// ascii writes a name as a login holds it: small letters without marks, and a
// hyphen where it has one.
func ascii(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch plain, ok := unmarked(r); {
		case ok:
			b.WriteString(plain)
		case r == '-' || r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			b.WriteRune(r)
		}
	}
	return b.String()
}

// unmarked knows the letters that the pools hold.
func unmarked(r rune) (string, bool) {
	for _, row := range []struct{ plain, marked string }{
		{"a", "áàâäãåąăấầạ"},
		{"ae", "æ"},
		{"c", "çćč"},
		{"d", "ďđð"},
		{"e", "éèêëęěễếệ"},
		{"g", "ğ"},
		{"i", "íìîïı\u0307ị"},
		{"l", "ł"},
		{"n", "ñńň"},
		{"o", "óòôöõøộổơợờ"},
		{"r", "ř"},
		{"s", "śšş"},
		{"ss", "ß"},
		{"t", "ť"},
		{"u", "úùûüůưượừũ"},
		{"y", "ýÿ"},
		{"z", "źżž"},
	} {
		if strings.ContainsRune(row.marked, r) {
			if r == '\u0307' { // what is left of a lower-cased İ
				return "", true
			}
			return row.plain, true
		}
	}
	return "", false
}
