package oktasim

import "testing"

func TestBlocks(t *testing.T) {
	o := small(t)
	id := o.FirstWith(active).ID
	if r := get(t, o, userPath(id, "/blocks")).wantCode(200); string(r.body) != "[]" {
		t.Errorf("%s", r.body)
	}
	before := o.Snapshot()
	o.Block(id)
	if o.Snapshot() == before {
		t.Error("a snapshot does not see the block")
	}
	if r := get(t, o, userPath(id, "/blocks")); string(r.body) != `[{"type":"DEVICE_BASED","appliesTo":"UNKNOWN_DEVICES"}]` {
		t.Errorf("%s", r.body)
	}
	if p, _ := o.Person(id); !p.Blocked || p.Status != active {
		t.Errorf("%+v", p)
	}
}

// Unlocking lifts the block of somebody ACTIVE, once; of nobody else.
func TestUnlockLiftsTheBlock(t *testing.T) {
	for _, status := range statuses() {
		o := small(t)
		id := o.FirstWith(status).ID
		o.Block(id)
		r := post(t, o, userPath(id, "/lifecycle/unlock"))
		p, _ := o.Person(id)
		if free := status == active || status == lockedOut; free != (r.code == 200) || free == p.Blocked {
			t.Errorf("%s: %d, blocked %v", status, r.code, p.Blocked)
		}
		if status == active {
			post(t, o, userPath(id, "/lifecycle/unlock")).wantError(403, "E0000032", "The user is not locked out.")
		}
	}
}

func TestSomebodyIsBlocked(t *testing.T) {
	o := New(Options{Start: begin()})
	blocked := 0
	for _, p := range o.People() {
		if p.Blocked {
			blocked++
			if p.Status != active {
				t.Errorf("%s is %s and blocked", p.Login, p.Status)
			}
		}
	}
	if blocked < 5 || blocked > 60 {
		t.Errorf("%d people are blocked", blocked)
	}
}
