package views

import "strconv"

// staffed reports whether somebody with a role in the console is signed in; a
// page for anybody else has neither the rail nor the search.
func (f Frame) staffed() bool { return f.Actor != nil && len(f.Actor.Roles) > 0 }

// counterNav is the value of Nav on a page that is handed to somebody else.
const counterNav = "counter"

// atCounter is the frame for a person who is no operator: it leads nowhere and
// shows nothing of whoever is signed in.
func (f Frame) atCounter() Frame {
	f.Actor, f.Nav = nil, counterNav
	return f
}

// themed says, for aria-pressed, whether value is the theme in use.
func (f Frame) themed(value string) string {
	used := f.Theme
	if used != "light" && used != "dark" {
		used = "system"
	}
	return strconv.FormatBool(used == value)
}

// key is one row of the help on keys.
type key struct {
	Keys []string
	Does string
}

// keyList is what app.js listens to; a test holds the two together.
func keyList() []key {
	return []key{
		{[]string{"/"}, "Go to the search field"},
		{[]string{"↓", "↑"}, "Walk the results, from anywhere in them; j and k do the same, but in a review k keeps"},
		{[]string{"Enter"}, "Open the result, or send the dialog"},
		{[]string{"1", "6"}, "To one of the six pages of a person, from left to right"},
		{[]string{"g", "h"}, "Home"},
		{[]string{"g", "u"}, "People"},
		{[]string{"g", "r"}, "Role map"},
		{[]string{"g", "v"}, "Reviews"},
		{[]string{"g", "a"}, "Record"},
		{[]string{"k", "r", "s", "u"}, "In a review, on the item that has the focus: keep, revoke, skip, undo; on an undecided one u takes back the last decision"},
		{[]string{"e"}, "In a review: more evidence of that item"},
		{[]string{"Esc"}, "Close a dialog or menu"},
		{[]string{"?"}, "This list"},
	}
}
