import { Button, Select, Switch, Tooltip } from 'antd'
import { type RefObject, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react'
import { useWords } from '../i18n/language.tsx'
import { useScene } from '../map/map-view.tsx'
import { go } from '../screen.ts'
import { Icon } from '../shell/icons.tsx'
import { SPEEDS, type Speed } from '../url-state.ts'
import type { Player } from './player.ts'
import { whereabouts } from './position.ts'
import { Timeline } from './timeline.tsx'
import type { TimelineEvent } from './timeline-events.ts'
import { usePlayheadInAddress, useReplayKeys } from './use-controls.ts'
import type { Ride } from './use-replay.ts'

interface Props {
  player: Player
  /** The one in focus; undefined while it is on its way. */
  ride: Ride | undefined
  events: readonly TimelineEvent[]
  speed: Speed
  follow: boolean
}

const NO_GAPS = [] as const

/** The bar under the map: plays, and says what there is at the playhead. */
export function Transport({ player, ride, events, speed, follow }: Props) {
  const { t } = useWords()
  // The flag alone: what else the player tells changes many times a second.
  const playing = useSyncExternalStore(player.subscribe, () => player.view().playing)
  const [leap, setLeap] = useState(false)
  const [charts, setCharts] = useState(() => window.innerHeight >= CHARTS_FROM_PX)
  const bar = useRef<HTMLElement>(null)
  useMapAbove(bar)
  useReplayKeys(player)
  usePlayheadInAddress(player)
  useEffect(() => player.setSpeed(speed), [player, speed])
  useEffect(() => {
    player.leapOver = (leap && ride?.track.gaps) || NO_GAPS
  }, [player, ride, leap])
  return (
    <section className="transport" ref={bar} aria-label={t.viewTitles.replay} data-testid="transport">
      <div className="transport-row">
        <Tooltip title={t.replay.keys}>
          <Button
            type="primary"
            shape="circle"
            size="large"
            className="play"
            aria-label={playing ? t.replay.pause : t.replay.play}
            data-testid="play"
            icon={<Icon name={playing ? 'pause' : 'play'} />}
            onClick={() => player.toggle()}
          />
        </Tooltip>
        <Readout player={player} ride={ride} />
        <div className="transport-options">
          <Select<Speed>
            size="small"
            className="speed"
            aria-label={t.replay.playSpeed}
            data-testid="speed"
            value={speed}
            onChange={(chosen) => go({ speed: chosen }, 'replace')}
            options={SPEEDS.map((value) => ({ value, label: `${value}×` }))}
          />
          <span className="switches">
            <Option
              label={t.replay.follow}
              on={follow}
              onChange={(on) => go({ still: on ? undefined : true }, 'replace')}
            />
            <Option label={t.replay.leap} on={leap} onChange={setLeap} />
            <Option label={t.replay.charts} on={charts} onChange={setCharts} />
          </span>
        </div>
      </div>
      <Timeline player={player} ride={ride} events={events} charts={charts} />
    </section>
  )
}

/** On lower screens the map would be left too little. */
const CHARTS_FROM_PX = 860
const EDGE_PX = 12

/** The map's middle is the middle of what the bar leaves of it. */
function useMapAbove(bar: RefObject<HTMLElement | null>): void {
  const scene = useScene()
  // Before the map is aimed at the track.
  useLayoutEffect(() => {
    const box = bar.current
    if (!box || !scene) return
    const measure = () => scene.setPadding({ bottom: box.offsetHeight + EDGE_PX })
    measure()
    const watch = new ResizeObserver(measure)
    watch.observe(box)
    return () => {
      watch.disconnect()
      scene.setPadding({ bottom: 0 })
    }
  }, [bar, scene])
}

function Option({ label, on, onChange }: { label: string; on: boolean; onChange: (on: boolean) => void }) {
  return (
    <span className="switch">
      <Switch size="small" checked={on} onChange={onChange} aria-label={label} />
      <span aria-hidden="true">{label}</span>
    </span>
  )
}

function Readout({ player, ride }: { player: Player; ride: Ride | undefined }) {
  const { t, q } = useWords()
  const { atMs } = useSyncExternalStore(player.subscribe, player.view)
  const place = ride && whereabouts(ride.track, atMs)
  return (
    <div className="readout" data-testid="readout">
      <span className="readout-time">
        <strong>{q.clock(atMs)}</strong>
        <span className="quiet">{q.day(atMs)}</span>
      </span>
      {place?.known && (
        <>
          <Figure
            label={t.replay.speed}
            value={place.speedMps === undefined ? '—' : q.speed(place.speedMps)}
          />
          <Figure label={t.replay.satellites} value={place.satellites?.toString() ?? '—'} />
        </>
      )}
      {place?.known === false && (
        <span className="readout-nowhere">
          {t.replay.nowhere[place.why]}
          {place.cause !== undefined && ` · ${t.replay.causes[place.cause]}`}
        </span>
      )}
      {place && <Figure label={t.replay.soFar} value={q.distance(place.distanceM)} />}
    </div>
  )
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <span className="figure">
      <span className="figure-label">{label}</span>
      <span className="figure-value">{value}</span>
    </span>
  )
}
