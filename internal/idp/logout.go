package idp

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/go-jose/go-jose/v4/jwt"
)

const logoutTTL = 2 * time.Minute

// tell says to the client that a session has ended here (OpenID Connect Back-Channel
// Logout 1.0).
func (i *Issuer) tell(ctx context.Context, was grant) {
	if i.cfg.Logout == nil {
		return
	}
	now := i.cfg.Now()
	std := jwt.Claims{
		Issuer: i.cfg.Issuer, Subject: was.sub, Audience: jwt.Audience{i.cfg.ClientID}, ID: rand.Text(),
		IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(logoutTTL)),
	}
	claims := map[string]any{"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}, "sid": was.sid}
	token, err := jwt.Signed(i.ender).Claims(claims).Claims(std).Serialize()
	if err == nil {
		i.cfg.Logout(ctx, token)
	}
}

// EndSessions signs a person out here everywhere, as an administrator of the issuer
// would, and says so to the client.
func (i *Issuer) EndSessions(ctx context.Context, sub string) {
	for _, key := range i.memory.sessionsOf(sub) {
		if was, known := i.memory.endSession(key); known {
			i.tell(ctx, was)
		}
	}
}

func (m *memory) sessionsOf(sub string) (keys []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, g := range m.sessions {
		if g.sub == sub {
			keys = append(keys, key)
		}
	}
	return keys
}
