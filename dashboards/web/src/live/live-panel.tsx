import { useQuery } from '@tanstack/react-query'
import { Button, Input, Skeleton } from 'antd'
import { useState } from 'react'
import { casesQuery, devicesQuery } from '../api/queries.ts'
import { useWords } from '../i18n/language.tsx'
import { go, screenState } from '../screen.ts'
import { EmptyState } from '../shell/empty-state.tsx'
import { Icon } from '../shell/icons.tsx'
import { Problem } from '../shell/problem.tsx'
import { useNow } from '../shell/use-now.ts'
import type { Vehicle } from './fleet.ts'
import { useFleetRows } from './session.tsx'
import { VehicleRow } from './vehicle-row.tsx'

const chooseOrLeave = (id: string): void =>
  go({ device: screenState().device === id ? undefined : id, status: undefined }, 'replace')

/** From here on a search field is worth its place. */
const SEARCH_FROM = 8

export function LivePanel({ chosen }: { chosen: string | undefined }) {
  const { t } = useWords()
  const rows = useFleetRows()
  const devices = useQuery(devicesQuery)
  const cases = useQuery(casesQuery('open'))
  const nowMs = useNow(5000)
  const [text, setText] = useState('')

  const [onlyNeedy, setOnlyNeedy] = useState(false)

  const needy = rows.filter(({ attention }) => attention.length > 0)
  const found = (onlyNeedy ? needy : rows).filter(({ id }) =>
    id.toLowerCase().includes(text.trim().toLowerCase()),
  )
  // Without an answer, an empty list says nothing.
  const known = devices.isSuccess || rows.length > 0
  // A gateway without a position watches covers or lamps: it is no e-bike.
  const ebikes = rows.filter(({ fix }) => fix)
  const online = ebikes.filter((vehicle) => vehicle.online).length
  return (
    <>
      <div className="stats">
        <Stat label={t.live.ebikes} value={known ? ebikes.length : undefined} />
        <Stat label={t.live.online} value={known ? online : undefined} tone="good" />
        <button
          type="button"
          className="stat stat-button"
          data-testid="open-cases"
          onClick={() => go({ view: 'cases', caseId: undefined })}
        >
          <span className={cases.data?.cases.length ? 'stat-value stat-bad' : 'stat-value'}>
            {cases.data?.cases.length ?? '—'}
          </span>
          <span className="stat-label">{t.live.openCases}</span>
        </button>
      </div>
      {(needy.length > 0 || onlyNeedy) && (
        <Button
          className="attention-filter"
          data-testid="attention-filter"
          icon={<Icon name="attention" />}
          aria-pressed={onlyNeedy}
          onClick={() => setOnlyNeedy(!onlyNeedy)}
        >
          {t.gateway.onlyThose(needy.length)}
        </Button>
      )}
      {devices.isError && <Problem error={devices.error} onRetry={() => void devices.refetch()} />}
      {devices.isPending && rows.length === 0 && <Skeleton active paragraph={{ rows: 5 }} title={false} />}
      {devices.isSuccess && devices.data.devices.length === 0 && rows.length === 0 && (
        <EmptyState title={t.live.none} hint={t.live.noneHint} />
      )}
      {rows.length >= SEARCH_FROM && (
        <Input
          allowClear
          prefix={<Icon name="search" />}
          placeholder={t.live.search}
          aria-label={t.live.search}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      )}
      {rows.length > 0 && found.length === 0 && (
        <EmptyState title={text.trim() === '' ? t.gateway.noneNeeds : t.live.noMatch(text.trim())} />
      )}
      <Rows
        vehicles={found.filter(({ fix }) => fix)}
        chosen={chosen}
        nowMs={nowMs}
        onChoose={chooseOrLeave}
      />
      {found.some(({ fix }) => !fix) && <h3>{t.live.otherGateways}</h3>}
      <Rows
        vehicles={found.filter(({ fix }) => !fix)}
        chosen={chosen}
        nowMs={nowMs}
        onChoose={chooseOrLeave}
      />
    </>
  )
}

function Rows(props: {
  vehicles: readonly Vehicle[]
  chosen: string | undefined
  nowMs: number
  onChoose: (id: string) => void
}) {
  const { vehicles, chosen, nowMs, onChoose } = props
  if (vehicles.length === 0) return null
  return (
    <ul className="rows">
      {vehicles.map((vehicle) => (
        <VehicleRow
          key={vehicle.id}
          vehicle={vehicle}
          chosen={vehicle.id === chosen}
          nowMs={nowMs}
          onChoose={onChoose}
        />
      ))}
    </ul>
  )
}

function Stat({ label, value, tone }: { label: string; value: number | undefined; tone?: 'good' }) {
  return (
    <div className="stat">
      <span className={tone ? `stat-value stat-${tone}` : 'stat-value'}>{value ?? '—'}</span>
      <span className="stat-label">{label}</span>
    </div>
  )
}
