package views

import (
	"strconv"

	"keydesk/internal/desk"
)

// counterField is one thing that a person types at the counter. No browser is to
// keep or to offer any of it: the device is the agent's.
type counterField struct {
	Name, Label, Hint string
	Plain             bool   // may be read over the shoulder
	Fill              string // its autocomplete; only new-password keeps browsers from filling in
}

// counterFields are those of an action, in the order in which they are typed.
func counterFields(a desk.Action) []counterField {
	old := counterField{"old", "Your present password", "", false, "off"}
	fresh := counterField{"new", "Your new password", "", false, "new-password"}
	again := counterField{"again", "The new password once more", "", false, "new-password"}
	switch a {
	case "change_password":
		return []counterField{old, fresh, again}
	case "change_recovery_question":
		return []counterField{
			old,
			{"question", "Your new question", "Something that only you can answer.", true, "off"},
			{"answer", "Your answer", "It is asked for when you forget your password.", false, "off"},
		}
	case "forgot_password_recovery_question":
		return []counterField{{"answer", "Your answer", "", false, "off"}, fresh, again}
	}
	return nil
}

// counterWords are what the page says to the person before they type.
type counterWords struct {
	Title, Effect, Button string
}

func counterSays(s desk.Spec) counterWords {
	switch s.Action {
	case "change_password":
		return counterWords{"Change your password", "Your password changes at once, everywhere you sign in with it.", "Change my password"}
	case "change_recovery_question":
		return counterWords{"Change your recovery question", "The question that you are asked when you forget your password changes at once.", "Change my question"}
	case "forgot_password_recovery_question":
		return counterWords{"Set a new password", "Answer your recovery question, and your password changes at once, everywhere you sign in with it.", "Set my new password"}
	}
	return counterWords{s.Title, "", "Send"}
}

// spell is a length of time as one says it.
func spell(secs int) string {
	if secs >= 60 && secs%60 == 0 {
		return plural(secs/60, "minute", "minutes")
	}
	return strconv.Itoa(secs) + " seconds"
}
