import { Alert, Button, Progress, Skeleton, Switch } from 'antd'
import type { Range } from '../api/client.ts'
import { useWords } from '../i18n/language.tsx'
import { go, useScreen } from '../screen.ts'
import { EmptyState } from '../shell/empty-state.tsx'
import { Problem } from '../shell/problem.tsx'
import { TimeRange } from '../shell/time-range.tsx'
import { ALL, type ScreenState } from '../url-state.ts'
import { DeviceChoice } from './device-choice.tsx'
import { HeatMap } from './heat-map.tsx'
import { PatrolList } from './patrol-list.tsx'
import { REPLAY_PRESETS } from './range-presets.ts'
import { RideFigures } from './ride-figures.tsx'
import type { TimelineEvent } from './timeline-events.ts'
import type { Replay } from './use-replay.ts'

interface Props {
  range: Range | undefined
  replay: Replay
  events: readonly TimelineEvent[]
  /** Set where the range is longer than can be replayed at once. */
  mostDays: number | undefined
}

const DAY_MS = 86_400_000

export function ReplayPanel({ range, replay, events, mostDays }: Props) {
  const { t } = useWords()
  const { device, devices, heat } = useScreen()
  return (
    <>
      <DeviceChoice />
      <div className="field">
        <span className="field-label">{t.replay.range}</span>
        <TimeRange
          label={t.replay.range}
          range={range}
          presets={REPLAY_PRESETS}
          onRange={(chosen) => go({ ...chosen, atMs: undefined })}
        />
      </div>
      <div className="field-row">
        <span className="switch">
          <Switch
            size="small"
            checked={heat === true}
            aria-label={t.replay.heat}
            data-testid="heat-switch"
            onChange={(on) => go({ heat: on ? true : undefined }, 'replace')}
          />
          <span aria-hidden="true">{t.replay.heat}</span>
        </span>
        {device !== undefined && range && mostDays === undefined && (
          <Button
            size="small"
            data-testid="compare"
            onClick={() =>
              go({ compare: { device, fromMs: range.fromMs - DAY_MS, toMs: range.toMs - DAY_MS } })
            }
          >
            {t.replay.compare}
          </Button>
        )}
      </div>
      {heat && range && <HeatMap range={range} devices={whose(device, devices)} />}
      {mostDays === undefined ? (
        <Outcome replay={replay} events={events} />
      ) : (
        <Alert
          type="info"
          showIcon
          title={t.replay.rangeTooLong(mostDays)}
          description={t.replay.rangeTooLongHint}
        />
      )}
    </>
  )
}

/** Nobody: of everyone. */
const whose = (device: string | undefined, devices: ScreenState['devices']): readonly string[] =>
  devices === ALL ? [] : (devices ?? (device === undefined ? [] : [device]))

function Outcome({ replay, events }: { replay: Replay; events: readonly TimelineEvent[] }) {
  const { t } = useWords()
  switch (replay.state) {
    case 'unasked':
      return <EmptyState title={t.replay.chooseFirst} hint={t.replay.chooseFirstHint} />
    case 'loading':
      return (
        <>
          {replay.progress && (
            <div role="status" data-testid="tracks-progress">
              <p className="quiet">{t.replay.reading(replay.progress.done, replay.progress.total)}</p>
              <Progress
                size="small"
                showInfo={false}
                percent={(100 * replay.progress.done) / replay.progress.total}
              />
            </div>
          )}
          <Skeleton active paragraph={{ rows: 6 }} title={false} />
        </>
      )
    case 'failed':
      return <Problem error={replay.error} onRetry={replay.retry} />
    case 'empty':
      return <EmptyState title={t.replay.noTrack} hint={t.replay.noTrackHint} />
    case 'ready': {
      const { player, patrols, focus } = replay
      return (
        <>
          {patrols.length > 0 && <PatrolList patrols={patrols} focused={focus.ride?.device} />}
          {focus.failure && <Problem error={focus.failure.error} onRetry={focus.failure.retry} />}
          {!focus.failure && !focus.ride && <Skeleton active paragraph={{ rows: 4 }} title={false} />}
          {focus.ride?.track.count === 0 && <p className="quiet">{t.replay.noTrack}</p>}
          {focus.ride && focus.ride.track.count > 0 && (
            <RideFigures player={player} ride={focus.ride} events={events} />
          )}
        </>
      )
    }
  }
}
