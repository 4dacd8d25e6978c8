import { Button, Select, Skeleton } from 'antd'
import { type ReactNode, useEffect, useMemo, useSyncExternalStore } from 'react'
import { useWords } from '../i18n/language.tsx'
import type { Bounds } from '../map/bounds.ts'
import { MapPane, useDistrict, useScene } from '../map/map-view.tsx'
import type { MapScene } from '../map/scene.ts'
import { go, useScreen } from '../screen.ts'
import { Panel } from '../shell/panel.tsx'
import { Problem } from '../shell/problem.tsx'
import { TimeRange } from '../shell/time-range.tsx'
import type { Compared } from '../url-state.ts'
import { CompareFigures } from './compare-figures.tsx'
import { useKnownDevices } from './device-choice.tsx'
import type { Player } from './player.ts'
import { whereabouts } from './position.ts'
import { ReplayMap } from './replay-map.tsx'
import { trackBounds } from './track-geojson.ts'
import { Transport } from './transport.tsx'
import { useEvents } from './use-events.ts'
import { type Ride, usePlayer, useRide } from './use-replay.ts'

/**
 * Two shifts side by side: two maps that show the same place, one clock that counts from the beginning of each range,
 * and the figures in two columns.
 */
export function CompareView({ first, second }: { first: Compared; second: Compared }) {
  const { t } = useWords()
  const { speed, still } = useScreen()
  const left = useCompared(first)
  const right = useCompared(second)
  const shiftMs = second.fromMs - first.fromMs
  const lengthMs = Math.max(first.toMs - first.fromMs, second.toMs - second.fromMs)
  const range = { fromMs: first.fromMs, toMs: first.fromMs + lengthMs }
  const whose = [first.device, first.toMs, second.device, second.fromMs, second.toMs].join()
  const firstMs = Math.min(
    left.ride?.track.timeMs[0] ?? Infinity,
    (right.ride?.track.timeMs[0] ?? Infinity) - shiftMs,
  )
  const settled = left.ride !== undefined && right.ride !== undefined
  const player = usePlayer(settled, whose, range, Number.isFinite(firstMs) ? firstMs : undefined)
  const events = useEvents(left.ride, range)
  const sight = useMemo(() => union(left.ride, right.ride), [left.ride, right.ride])
  const failure = left.failure ?? right.failure
  return (
    <>
      <Panel>
        <div className="section-head">
          <h2 className="compare-title">{t.replay.compareTitle}</h2>
          <Button size="small" data-testid="compare-end" onClick={() => go({ compare: undefined })}>
            {t.replay.compareEnd}
          </Button>
        </div>
        <Side
          side="first"
          chosen={first}
          onChoose={({ device, fromMs, toMs }) =>
            go({ device, devices: undefined, fromMs, toMs, atMs: undefined })
          }
        />
        <Side side="second" chosen={second} onChoose={(compare) => go({ compare, atMs: undefined })} />
        {failure && <Problem error={failure.error} onRetry={failure.retry} />}
        {!failure && !settled && <Skeleton active paragraph={{ rows: 6 }} title={false} />}
        {left.ride && right.ride && <CompareFigures first={left.ride} second={right.ride} />}
      </Panel>
      {player && left.ride && right.ride && (
        <>
          <Transport player={player} ride={left.ride} events={events} speed={speed} follow={!still} />
          <SecondMap>
            <ReplayMap
              player={player}
              patrols={NOBODY}
              ride={right.ride}
              follow={false}
              sight={undefined}
              shiftMs={shiftMs}
            />
          </SecondMap>
          <ReplayMap player={player} patrols={NOBODY} ride={left.ride} follow={!still} sight={sight} />
          <Moment side="first" player={player} ride={left.ride} shiftMs={0} />
          <Moment side="second" player={player} ride={right.ride} shiftMs={shiftMs} />
        </>
      )}
    </>
  )
}

const NOBODY = [] as const

function useCompared({ device, fromMs, toMs }: Compared) {
  const range = useMemo(() => ({ fromMs, toMs }), [fromMs, toMs])
  return useRide(device, range)
}

interface SideProps {
  side: 'first' | 'second'
  chosen: Compared
  onChoose: (compared: Compared) => void
}

function Side({ side, chosen, onChoose }: SideProps) {
  const { t } = useWords()
  const known = useKnownDevices()
  const options = known.includes(chosen.device) ? known : [chosen.device, ...known]
  return (
    <div className="field compare-side" data-testid={`compare-${side}`}>
      <span className="field-label">{t.replay.sides[side]}</span>
      <Select
        showSearch
        aria-label={`${t.replay.sides[side]} ${t.replay.device}`}
        value={chosen.device}
        options={options.map((id) => ({ value: id, label: id }))}
        onChange={(device) => onChoose({ ...chosen, device })}
      />
      <TimeRange
        label={`${t.replay.sides[side]} ${t.replay.range}`}
        range={chosen}
        presets={NOBODY}
        onRange={(range) => onChoose({ ...chosen, ...range })}
      />
    </div>
  )
}

/** The right half of what the panel leaves; both maps always show the same place. */
function SecondMap({ children }: { children: ReactNode }) {
  const { t } = useWords()
  const main = useScene()
  return (
    <MapPane label={`${t.map.label} ${t.replay.sides.second}`} className="map map-second" testId="map-second">
      {(scene) => (
        <>
          {scene && main && <Pair main={main} second={scene} />}
          {children}
        </>
      )}
    </MapPane>
  )
}

function Pair({ main, second }: { main: MapScene; second: MapScene }) {
  useDistrict(second)
  useEffect(() => {
    const container = second.container()
    const pad = () => main.setPadding({ right: container.clientWidth })
    pad()
    const watch = new ResizeObserver(pad)
    watch.observe(container)
    return () => {
      watch.disconnect()
      main.setPadding({ right: 0 })
    }
  }, [main, second])
  useEffect(() => {
    main.onCamera = (camera) => second.follow(camera)
    second.onCamera = (camera) => main.follow(camera)
    second.setPadding({ bottom: main.padding().bottom })
    second.follow(main.camera())
    return () => {
      main.onCamera = undefined
      second.onCamera = undefined
    }
  }, [main, second])
  return null
}

interface MomentProps {
  side: 'first' | 'second'
  player: Player
  ride: Ride
  shiftMs: number
}

/** Above each map: whose it is, and where it stands on its own clock. */
function Moment({ side, player, ride, shiftMs }: MomentProps) {
  const { t, q } = useWords()
  const { atMs } = useSyncExternalStore(player.subscribe, player.view)
  const ownMs = atMs + shiftMs
  const place = whereabouts(ride.track, ownMs)
  return (
    <div className={`moment moment-${side}`} data-testid={`moment-${side}`} data-at={Math.round(ownMs)}>
      <strong>{t.replay.sides[side]}</strong> {ride.device}
      <span className="figures">
        {q.day(ownMs)} {q.clock(ownMs)}
      </span>
      <span className="figures">
        {place.known
          ? place.speedMps === undefined
            ? '—'
            : q.speed(place.speedMps)
          : t.replay.nowhere[place.why]}
      </span>
    </div>
  )
}

function union(first: Ride | undefined, second: Ride | undefined): Bounds | undefined {
  if (!first || !second) return undefined
  const [a, b] = [trackBounds(first.track), trackBounds(second.track)]
  if (!a || !b) return a ?? b
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])]
}
