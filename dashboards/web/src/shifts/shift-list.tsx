import { useQuery } from '@tanstack/react-query'
import { Button, DatePicker, Input, Progress, Segmented, Skeleton } from 'antd'
import dayjs from 'dayjs'
import { useDeferredValue, useMemo, useState } from 'react'
import { COVERAGE_POLICIES, type CoveragePolicy } from '../../../../proto/patrol-http.ts'
import type { Range } from '../api/client.ts'
import { shiftsQuery } from '../api/patrol.ts'
import { useWords } from '../i18n/language.tsx'
import { localDay } from '../patrol-coverage/shift-hours.ts'
import { go, useScreen } from '../screen.ts'
import { EmptyState } from '../shell/empty-state.tsx'
import { Icon } from '../shell/icons.tsx'
import { Problem } from '../shell/problem.tsx'
import { useNow } from '../shell/use-now.ts'
import { useBeatName } from './beat-names.ts'
import { matches, shiftState } from './shift-rows.ts'
import { PAGE_ROWS, ShiftTable } from './shift-table.tsx'
import { useShiftRows } from './use-shift-rows.ts'

const NONE: ReadonlySet<string> = new Set()

/** The shifts of a day with their figures. */
export function ShiftList({ day, onCreate }: { day: Range; onCreate: () => void }) {
  const { t } = useWords()
  // Streets that were missed are asked about first.
  const { policy = 'road' } = useScreen()
  const beatName = useBeatName()
  const nowMs = useNow(60_000)
  const [text, setText] = useState('')
  const wanted = useDeferredValue(text)
  const [seen, setSeen] = useState(NONE)
  const asked = useQuery(shiftsQuery(day))
  const shifts = useMemo(
    () =>
      (asked.data?.shifts ?? [])
        .filter((shift) => matches(shift, shift.beat && beatName(shift.beat), wanted))
        .toSorted((a, b) => a.from.localeCompare(b.from) || a.device.localeCompare(b.device)),
    [asked.data, wanted, beatName],
  )
  const { rows, progress, computeAll } = useShiftRows(shifts, seen)
  const all = asked.data?.shifts.length ?? 0
  const isToday = day.fromMs <= nowMs && nowMs < day.toMs
  const noneOver = asked.data?.shifts.every((shift) => shiftState(shift, nowMs) !== 'over')
  return (
    <>
      <div className="shift-bar">
        <DayChooser day={day} />
        <Input
          allowClear
          className="shift-search"
          prefix={<Icon name="search" />}
          aria-label={t.shifts.search}
          placeholder={t.shifts.search}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        <Button type="primary" icon={<Icon name="plus" />} data-testid="create-shift" onClick={onCreate}>
          {t.shifts.create}
        </Button>
      </div>
      {asked.isError && <Problem error={asked.error} onRetry={() => void asked.refetch()} />}
      {asked.isPending && <Skeleton active paragraph={{ rows: 8 }} title={false} />}
      {asked.data && all === 0 && <EmptyState title={t.shifts.none} hint={t.shifts.noneHint} />}
      {all > 0 && shifts.length === 0 && <EmptyState title={t.shifts.noMatch} />}
      {isToday && noneOver && (
        <p className="quiet">
          {t.shifts.noneOverYet}{' '}
          <button
            type="button"
            className="plain-link"
            data-testid="day-before"
            onClick={() => go(localDay(day.fromMs, -1), 'replace')}
          >
            {t.shifts.seeDayBefore}
          </button>
        </p>
      )}
      {shifts.length > 0 && (
        <>
          <div className="shift-bar">
            <span className="quiet">{t.shifts.count(shifts.length)}</span>
            <PolicyChooser policy={policy} />
            {shifts.length > PAGE_ROWS && computeAll && (
              <Button size="small" disabled={progress !== undefined} onClick={computeAll}>
                {t.shifts.compute}
              </Button>
            )}
          </div>
          {progress && (
            <Progress
              size="small"
              aria-label={t.coverage.computing}
              percent={(progress.done / Math.max(1, progress.total)) * 100}
              format={() => `${progress.done} / ${progress.total}`}
            />
          )}
          <ShiftTable rows={rows} policy={policy} onSeen={setSeen} />
          {shifts.length > PAGE_ROWS && computeAll && <p className="quiet">{t.shifts.computeHint}</p>}
        </>
      )}
      {all > 0 && <p className="quiet">{t.shifts.importHint}</p>}
    </>
  )
}

function PolicyChooser({ policy }: { policy: CoveragePolicy }) {
  const { t } = useWords()
  return (
    <Segmented
      size="small"
      aria-label={t.coverage.policyChoice}
      value={policy}
      onChange={(chosen) => go({ policy: chosen }, 'replace')}
      options={COVERAGE_POLICIES.map((value) => ({ value, label: t.coverage.policies[value] }))}
    />
  )
}

function DayChooser({ day }: { day: Range }) {
  const { t } = useWords()
  const show = (timeMs: number, days = 0) => go(localDay(timeMs, days), 'replace')
  return (
    <div className="day-chooser">
      <Button
        aria-label={t.shifts.previousDay}
        icon={<Icon name="back" />}
        onClick={() => show(day.fromMs, -1)}
      />
      <DatePicker
        allowClear={false}
        aria-label={t.shifts.day}
        value={dayjs(day.fromMs)}
        onChange={(chosen) => chosen && show(chosen.valueOf())}
      />
      <Button
        className="next-day"
        aria-label={t.shifts.nextDay}
        icon={<Icon name="back" />}
        onClick={() => show(day.fromMs, 1)}
      />
    </div>
  )
}
