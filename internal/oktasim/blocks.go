package oktasim

import (
	"net/http"
	"time"
)

// listBlocks serves the blocks of a person. The one kind there is keeps devices
// out that the person never used; the account itself stays ACTIVE.
func (o *Org) listBlocks(_ *call, p *person) (answer, error) {
	list := []object{}
	if p.blocked {
		list = append(list, object{{"type", "DEVICE_BASED"}, {"appliesTo", "UNKNOWN_DEVICES"}})
	}
	return answer{status: http.StatusOK, body: list}, nil
}

// Block puts a device block on a person, as too many failures from unknown
// devices do. UnlockUser lifts it.
func (o *Org) Block(id string) {
	o.change(id, func(p *person, _ time.Time) { p.blocked = true })
}
