package views

import (
	"net/url"
	"strconv"

	"keydesk/internal/okta"
	"keydesk/internal/review"
)

// The paths of reviews without a variable part.
const (
	ReviewsPath   = "/reviews"
	NewReviewPath = "/reviews/new"
)

// ReviewURL is a review, as far as it is the reader's to decide. The pairs are names
// and values of its query.
func ReviewURL(id string, pairs ...string) string { return query(reviewURL(id), pairs...) }

func reviewURL(id string) string { return ReviewsPath + "/" + url.PathEscape(id) }

// ReviewPartURL is a page or a button of a review: "items", "close", "stop", "again",
// "reassign" or "bundle".
func ReviewPartURL(id, part string, pairs ...string) string {
	return query(reviewURL(id)+"/"+part, pairs...)
}

// ShowURL is a part of a review as one of its pages shows it: of what is the reader's,
// or with part "items" of all of it.
func ShowURL(id, part string, s review.Show, pairs ...string) string {
	pairs = append([]string{"show", string(s)}, pairs...)
	if part == "" {
		return ReviewURL(id, pairs...)
	}
	return ReviewPartURL(id, part, pairs...)
}

// DecideURL is where a decision on an item is sent.
func DecideURL(i review.Item) string {
	return reviewURL(i.Review) + "/items/" + strconv.Itoa(i.N)
}

// NewReviewURL is the page on which a review is put together, of a scope.
func NewReviewURL(s review.Scope) string {
	flag := map[bool]string{true: "1"}
	return query(NewReviewPath, "role", s.Role, "department", s.Department, "changed", flag[s.Changed], "risky", flag[s.Risky])
}

// HolderURL is the page of a person's roles, by an id as text; what is no id leads to
// the list of people.
func HolderURL(id string) string {
	uid, err := okta.ParseUserID(id)
	if err != nil {
		return UsersPath
	}
	return PageURL(uid, RolesPath)
}

func itemID(n int) string { return "item-" + strconv.Itoa(n) }
