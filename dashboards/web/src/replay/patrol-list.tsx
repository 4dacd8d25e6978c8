import { memo, useState } from 'react'
import { useWords } from '../i18n/language.tsx'
import { css } from '../map/palette.ts'
import { go, useScreen } from '../screen.ts'
import { ALL } from '../url-state.ts'
import type { Patrol } from './patrols.ts'

/** Longer lists are folded. */
const MOST_ROWS = 6

/** Those who are replayed together, in their colours; a click focuses one. */
export const PatrolList = memo(function PatrolList({
  patrols,
  focused,
}: {
  patrols: readonly Patrol[]
  focused: string | undefined
}) {
  const { t, q } = useWords()
  const { device, devices } = useScreen()
  const [all, setAll] = useState(false)
  const absent = devices === undefined || devices === ALL ? 0 : devices.length - patrols.length
  const place = patrols.findIndex((patrol) => patrol.device === device)
  const folded = patrols.slice(0, MOST_ROWS)
  // The focused one is always in sight.
  const shown = all || place < MOST_ROWS ? (all ? patrols : folded) : [...folded.slice(1), patrols[place]!]
  return (
    <section>
      <h3>
        {t.replay.patrols} <span className="count">{patrols.length}</span>
      </h3>
      <ul className="rows rows-tight patrol-rows">
        {shown.map(({ device: id, colour, track }) => (
          <li key={id} className={id === device ? 'row row-chosen' : 'row'} data-testid="patrol-row">
            <button
              type="button"
              className="row-main"
              aria-pressed={id === device}
              aria-busy={id === device && focused !== id}
              onClick={() => go({ device: id }, 'replace')}
            >
              <span className="patrol-colour" style={{ background: css(colour) }} />
              <span className="row-text">{id}</span>
              <span className="row-figure quiet">
                {q.clock(track.timeMs[0]!).slice(0, 5)} –{' '}
                {q.clock(track.timeMs[track.count - 1]!).slice(0, 5)}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {patrols.length > MOST_ROWS && (
        <button type="button" className="fold" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? t.replay.showFewer : t.replay.showAll(patrols.length)}
        </button>
      )}
      {absent > 0 && <p className="quiet">{t.replay.without(absent)}</p>}
    </section>
  )
})
