import { Pagination } from 'antd'
import { useEffect, useState } from 'react'
import type { Missed } from '../../../../proto/patrol-http.ts'
import { useWords } from '../i18n/language.tsx'
import { useScene } from '../map/map-view.tsx'
import { DetailCard } from '../patrol-coverage/detail-card.tsx'
import { SeenLast, WhoShould } from '../patrol-coverage/who-block.tsx'
import { go, linkTo } from '../screen.ts'
import { Facts } from '../shell/figures.tsx'
import { useNow } from '../shell/use-now.ts'
import { hoursText, missedName } from './overdue.ts'

const PAGE_ROWS = 30
const DAY_MS = 86_400_000

export const missedKey = ({ kind, id }: Missed): string => `${kind} ${id}`

const choose = (one: Missed | undefined) => go({ item: one && missedKey(one) }, 'replace')

/** As the hub ranked them, a page at a time; the chosen one in detail. */
export function MissedList({ missed, chosen }: { missed: readonly Missed[]; chosen: string | undefined }) {
  const words = useWords()
  const { t, q } = words
  const nowMs = useNow(60_000)
  const [page, setPage] = useState(1)
  const place = missed.findIndex((one) => missedKey(one) === chosen)
  // What is clicked on the map is to be seen in the list.
  useEffect(() => {
    if (place >= 0) setPage(Math.floor(place / PAGE_ROWS) + 1)
  }, [place])
  const first = (Math.min(page, Math.ceil(missed.length / PAGE_ROWS)) - 1) * PAGE_ROWS
  const one = missed[place]
  return (
    <>
      {one && <Detail key={missedKey(one)} one={one} />}
      <ol className="rows" start={first + 1} data-testid="missed-list">
        {missed.slice(first, first + PAGE_ROWS).map((each, index) => {
          const key = missedKey(each)
          return (
            <li key={key} className={key === chosen ? 'row row-chosen' : 'row'} data-testid="missed-row">
              <button
                type="button"
                className="row-main"
                aria-current={key === chosen}
                onClick={() => choose(key === chosen ? undefined : each)}
              >
                <span className="rank figures">{first + index + 1}</span>
                <span className="row-text">
                  <span className="row-title">{missedName(each, words)}</span>
                  <span className="row-note">
                    {t.missed.kinds[each.kind]} · {t.coverage.classes[each.class] ?? each.class} ·{' '}
                    {each.lastSeen === undefined
                      ? t.missed.never
                      : t.missed.lastSeen(q.moment(Date.parse(each.lastSeen), nowMs))}
                  </span>
                </span>
                <span className="row-figure overdue">
                  {t.missed.overdue(hoursText(each.overdueH, words))}
                </span>
              </button>
            </li>
          )
        })}
      </ol>
      {missed.length > PAGE_ROWS && (
        <Pagination
          size="small"
          align="center"
          pageSize={PAGE_ROWS}
          showSizeChanger={false}
          current={first / PAGE_ROWS + 1}
          total={missed.length}
          onChange={setPage}
        />
      )}
    </>
  )
}

function Detail({ one }: { one: Missed }) {
  const words = useWords()
  const { t, q } = words
  const scene = useScene()
  const { kind, grid, allowedH, overdueH, lengthM, lastSeen, lat, lon } = one
  const [nowMs] = useState(() => Date.now())
  const today = { fromMs: nowMs - DAY_MS, toMs: nowMs }
  useEffect(() => scene?.flyTo(lon, lat), [scene, lon, lat])
  const facts = [
    [
      t.missed.class,
      `${t.coverage.classes[one.class] ?? one.class} · ${t.missed.allowed(hoursText(allowedH, words))}`,
    ],
    [t.missed.grid, grid],
    [t.coverage.length, lengthM === undefined ? undefined : q.distance(lengthM)],
  ] as const
  const policy = kind === 'street-part' ? 'road' : kind === 'component' ? 'components' : 'area'
  return (
    <DetailCard
      title={missedName(one, words)}
      onClose={() => choose(undefined)}
      onMap={() => scene?.flyTo(lon, lat)}
    >
      <p className="overdue">{t.missed.overdue(hoursText(overdueH, words))}</p>
      <Facts rows={facts} />
      <WhoShould grid={grid} range={today} />
      <SeenLast
        grid={grid}
        {...(kind === 'street-part' ? { part: one.id } : { component: one.id })}
        line={one.line ?? [lon, lat]}
        known={lastSeen === undefined ? undefined : { atMs: Date.parse(lastSeen) }}
      />
      <a
        className="with-icon"
        {...linkTo({
          view: 'coverage',
          grid,
          policy,
          item: kind === 'cell' ? undefined : one.id,
          shift: undefined,
        })}
      >
        {t.missed.gridCoverage}
      </a>
    </DetailCard>
  )
}
