package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"keydesk/internal/store"
)

const defaultLimit = 50

// Acts returns the acts that match f, newest first: intents with their
// outcomes, refusals and events.
func (l *Log) Acts(ctx context.Context, f Filter) ([]Act, error) {
	where, args := f.where()
	limit := f.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	args = append(args, limit)
	//nolint:gosec // where holds constants and placeholders alone
	q := `select ` + columns + ` from record where ` + where + fmt.Sprintf(` order by seq desc limit $%d`, len(args))
	rows, err := l.rows(ctx, q, args...)
	if err != nil {
		return nil, err
	}
	return l.withEnds(ctx, rows)
}

// Act returns the act whose first row is seq.
func (l *Log) Act(ctx context.Context, seq int64) (Act, error) {
	rows, err := l.rows(ctx, `select `+columns+` from record where seq = $1`, seq)
	if err != nil {
		return Act{}, err
	}
	acts, err := l.withEnds(ctx, rows)
	if err == nil && len(acts) == 0 {
		err = fmt.Errorf("the record has no row %d", seq)
	}
	if err != nil {
		return Act{}, err
	}
	return acts[0], nil
}

// DoneTo returns the acts of these kinds that were done to any of the targets, the
// oldest first.
func (l *Log) DoneTo(ctx context.Context, targets []string, actions ...string) ([]Act, error) {
	if len(targets) == 0 || len(actions) == 0 {
		return nil, nil
	}
	var args []any
	in := func(values []string) string {
		marks := make([]string, len(values))
		for i, v := range values {
			args = append(args, v)
			marks[i] = fmt.Sprintf("$%d", len(args))
		}
		return "(" + strings.Join(marks, ", ") + ")"
	}
	//nolint:gosec // in gives placeholders alone
	rows, err := l.rows(ctx, `select `+columns+` from record where phase = 'intent' and target_id in `+in(targets)+` and action in `+in(actions)+` order by seq`, args...)
	if err != nil {
		return nil, err
	}
	acts, err := l.withEnds(ctx, rows)
	return slices.DeleteFunc(acts, func(a Act) bool { return a.End == nil || a.End.Result != Done && a.End.Result != Settled }), err
}

// Begins is when the oldest row was written that there is; zero where there is none.
func (l *Log) Begins(ctx context.Context) (time.Time, error) {
	var at int64
	err := l.db.R.QueryRowContext(ctx, `select at from record order by seq limit 1`).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return store.Moment(at), err
}

// Open returns the intents whose end is not known, oldest first: acts that a stop
// of the process cut off, or whose outcome is unknown. With a target it returns that person's alone.
func (l *Log) Open(ctx context.Context, target string) ([]Row, error) {
	where := `seq in (select seq from open_intent)`
	if target == "" {
		return l.rows(ctx, `select `+columns+` from record where `+where+` order by seq`)
	}
	return l.rows(ctx, `select `+columns+` from record where `+where+` and target_id = $1 order by seq`, target)
}

func (f Filter) where() (string, []any) {
	conds, args := []string{"phase <> 'outcome'"}, []any{}
	add := func(cond string, v any) {
		args = append(args, v)
		conds = append(conds, strings.ReplaceAll(cond, "$", fmt.Sprintf("$%d", len(args))))
	}
	for _, is := range [][2]string{{"actor_id = $", f.Actor}, {"action = $", f.Action}, {"class = $", f.Class}} {
		if is[1] != "" {
			add(is[0], is[1])
		}
	}
	if f.Target != "" {
		add("(target_id = $ or exists (select 1 from record o where o.intent > 0 and o.intent = record.seq and o.target_id = $))", f.Target) // who was made is known at the end
	}
	if f.Acts {
		add("phase <> $", string(PhaseEvent))
	}
	if f.Who != "" {
		add(`(lower(actor_name) like $ escape '\' or lower(actor_id) like $ escape '\')`, "%"+escapeLike(lowerASCII(f.Who))+"%")
	}
	if !f.From.IsZero() {
		add("at >= $", f.From.UnixMilli())
	}
	if !f.To.IsZero() {
		add("at < $", f.To.UnixMilli())
	}
	switch Result(f.Result) {
	case "":
	case Unknown:
		add("phase = $ and not exists (select 1 from record o where o.intent > 0 and o.intent = record.seq and o.result <> 'unknown')", string(PhaseIntent))
	case Result(PhaseRefused), Result(PhaseEvent):
		add("phase = $", f.Result)
	default:
		add("exists (select 1 from record o where o.intent > 0 and o.intent = record.seq and o.result = $)", f.Result)
	}
	if f.Before > 0 {
		add("seq < $", f.Before)
	}
	if f.After > 0 {
		add("seq > $", f.After)
	}
	if f.Word != "" {
		add("replace(' ' || params || ' ', $, '') <> ' ' || params || ' '", " "+f.Word+" ")
	}
	if f.Text != "" {
		holds := `(lower(actor_name) like $ escape '\' or lower(target) like $ escape '\' or lower(target_id) like $ escape '\'
			or lower(ticket) like $ escape '\' or lower(reason) like $ escape '\'
			or exists (select 1 from record o where o.intent > 0 and o.intent = record.seq and lower(o.request_id) like $ escape '\'))`
		add(holds, "%"+escapeLike(lowerASCII(f.Text))+"%")
		if all := strings.ToLower(f.Text); all != lowerASCII(f.Text) {
			add(holds, "%"+escapeLike(all)+"%")
			k := len(conds) - 2
			conds = append(conds[:k], "("+conds[k]+" or "+conds[k+1]+")")
		}
	}
	return strings.Join(conds, " and "), args
}

// lowerASCII folds as the lower of SQLite does, and of PostgreSQL in some of its
// locales; in others that folds every letter.
func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func escapeLike(s string) string { return likeEscaper.Replace(s) }

func (l *Log) rows(ctx context.Context, q string, args ...any) ([]Row, error) {
	rows, err := store.All(ctx, l.db.R, scan, q, args...)
	if err != nil {
		return nil, fmt.Errorf("read the record: %w", err)
	}
	return rows, nil
}

// withEnds joins rows with their outcomes; the last outcome of an act counts.
func (l *Log) withEnds(ctx context.Context, rows []Row) ([]Act, error) {
	acts := make([]Act, len(rows))
	ends, err := l.ends(ctx, rows)
	for i, r := range rows {
		acts[i].Row = r
		if all := ends[r.Seq]; len(all) > 0 {
			acts[i].End = &all[len(all)-1]
		}
	}
	return acts, err
}

// ends are the outcomes of intents, by the intents' numbers, oldest first.
func (l *Log) ends(ctx context.Context, rows []Row) (map[int64][]Row, error) {
	args, marks := []any{}, []string{}
	for _, r := range rows {
		if r.Phase == PhaseIntent {
			args = append(args, r.Seq)
			marks = append(marks, fmt.Sprintf("$%d", len(args)))
		}
	}
	if len(args) == 0 {
		return nil, nil
	}
	//nolint:gosec // marks are placeholders alone
	found, err := l.rows(ctx, `select `+columns+` from record where intent > 0 and intent in (`+strings.Join(marks, ",")+`) order by seq`, args...)
	ends := map[int64][]Row{}
	for _, e := range found {
		ends[e.Intent] = append(ends[e.Intent], e)
	}
	return ends, err
}
