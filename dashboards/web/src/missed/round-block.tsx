import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { Button, Select, Skeleton } from 'antd'
import type { Round } from '../../../../proto/patrol-http.ts'
import { shiftsQuery } from '../api/patrol.ts'
import { useWords } from '../i18n/language.tsx'
import { localDay } from '../patrol-coverage/shift-hours.ts'
import { go } from '../screen.ts'
import { Tiles } from '../shell/figures.tsx'
import { Problem } from '../shell/problem.tsx'
import { missedName } from './overdue.ts'

const MOST_LISTED = 30

/** A round for a shift that is running: chosen here, drawn on the map, told in figures. */
export function RoundBlock(props: { shift: string | undefined; round: UseQueryResult<Round> }) {
  const { t } = useWords()
  const { shift, round } = props
  const shifts = useQuery(shiftsQuery(localDay(Date.now())))
  const running = shifts.data?.shifts.filter((one) => one.running) ?? []
  const options = running.map(({ id, device, inspector }) => ({
    value: id,
    label: inspector === undefined ? device : `${inspector} · ${device}`,
  }))
  // A link may name a shift that is over, or not in the list yet.
  if (shift !== undefined && !options.some(({ value }) => value === shift))
    options.unshift({ value: shift, label: shift })
  return (
    <section className="round" data-testid="round">
      <h3>{t.missed.round}</h3>
      {shifts.isSuccess && options.length === 0 ? (
        <p className="quiet">{t.missed.noRunning}</p>
      ) : (
        <div className="round-choice">
          <Select
            showSearch={{ optionFilterProp: 'label' }}
            aria-label={t.missed.roundFor}
            data-testid="round-shift"
            placeholder={t.missed.chooseShift}
            loading={shifts.isPending}
            value={shift}
            options={options}
            onChange={(id) => go({ shift: id, item: undefined }, 'replace')}
          />
          {shift !== undefined && (
            <Button onClick={() => go({ shift: undefined }, 'replace')}>{t.missed.roundClear}</Button>
          )}
        </div>
      )}
      {shift !== undefined && round.isError && (
        <Problem error={round.error} onRetry={() => void round.refetch()} />
      )}
      {shift !== undefined && round.isPending && <Skeleton active paragraph={{ rows: 3 }} title={false} />}
      {shift !== undefined && round.data && <Figures round={round.data} />}
    </section>
  )
}

function Figures({ round }: { round: Round }) {
  const words = useWords()
  const { t, q, language } = words
  const { lengthM, durationS, closes, leaves, method } = round
  const tiles = [
    [t.missed.roundLength, q.distance(lengthM)],
    [t.missed.roundTime, q.duration(durationS)],
    [t.missed.roundCloses, t.missed.places(q.number(closes.length))],
    [t.missed.roundLeaves, t.missed.places(q.number(leaves))],
  ] as const
  return (
    <>
      <Tiles figures={tiles} testId="round-figures" />
      {closes.length === 0 && <p className="quiet">{t.missed.roundNothing}</p>}
      {closes.length > 0 && (
        <details>
          <summary>
            {t.missed.roundOrder} <span className="count">{closes.length}</span>
          </summary>
          <ol className="round-order">
            {closes.slice(0, MOST_LISTED).map((one) => (
              <li key={`${one.kind} ${one.id}`}>
                <button
                  type="button"
                  className="plain-link"
                  onClick={() => go({ item: `${one.kind} ${one.id}` }, 'replace')}
                >
                  {missedName(one, words)}
                </button>
              </li>
            ))}
          </ol>
        </details>
      )}
      <details>
        <summary>{t.missed.roundMethod}</summary>
        <p className="quiet">{method[language]}</p>
      </details>
    </>
  )
}
