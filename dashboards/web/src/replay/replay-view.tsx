import { useEffect, useMemo } from 'react'
import { CaseMap } from '../cases/case-map.tsx'
import { go, useScreen } from '../screen.ts'
import { Panel } from '../shell/panel.tsx'
import './replay.css'
import { CompareView } from './compare-view.tsx'
import { patrolBounds } from './patrols.ts'
import { presetRange } from './range-presets.ts'
import { ReplayMap } from './replay-map.tsx'
import { ReplayPanel } from './replay-panel.tsx'
import { trackBounds } from './track-geojson.ts'
import { Transport } from './transport.tsx'
import { useEvents } from './use-events.ts'
import { useReplay } from './use-replay.ts'

/** Longer tracks would be thinned to less than a patrol. */
const MOST_DAYS = 31
const DAY_MS = 86_400_000
const NOWHEN = { fromMs: 0, toMs: 0 }

export function ReplayView() {
  const { device, fromMs, toMs, compare } = useScreen()
  const range = useMemo(
    () => (fromMs !== undefined && toMs !== undefined ? { fromMs, toMs } : undefined),
    [fromMs, toMs],
  )
  useEffect(() => {
    if (fromMs === undefined) go(presetRange('last-hour', Date.now()), 'replace')
  }, [fromMs])
  const days = ({ fromMs, toMs }: { fromMs: number; toMs: number }) => (toMs - fromMs) / DAY_MS
  // An hour over, for the day on which clocks are set back.
  const tooLong = range !== undefined && days(range) > MOST_DAYS + 1 / 24
  if (compare && device !== undefined && range && !tooLong && days(compare) <= MOST_DAYS + 1 / 24)
    return <CompareView first={{ device, ...range }} second={compare} />
  return <Together range={range} tooLong={tooLong} />
}

/** One patrol, or several on one clock. */
function Together({ range, tooLong }: { range: typeof NOWHEN | undefined; tooLong: boolean }) {
  const { device, devices, speed, still, caseId } = useScreen()
  const replay = useReplay(device, devices, tooLong ? undefined : range)
  const ready = replay.state === 'ready' ? replay : undefined
  const ride = ready?.focus.ride
  const events = useEvents(ride, range ?? NOWHEN)
  // An address may ask for all without saying whose figures are shown.
  const [leader] = ready?.patrols ?? []
  useEffect(() => {
    if (device === undefined && leader) go({ device: leader.device }, 'replace')
  }, [device, leader])
  const alone = ready && ready.patrols.length === 0 ? ride?.track : undefined
  const patrols = ready?.patrols
  const sight = useMemo(
    () => (patrols && patrols.length > 0 ? patrolBounds(patrols) : alone && trackBounds(alone)),
    [patrols, alone],
  )
  return (
    <>
      <Panel>
        <ReplayPanel
          range={range}
          replay={replay}
          events={events}
          mostDays={tooLong ? MOST_DAYS : undefined}
        />
      </Panel>
      <CaseMap chosen={caseId} onlyChosen />
      {ready && (
        <>
          <Transport player={ready.player} ride={ride} events={events} speed={speed} follow={!still} />
          <ReplayMap
            player={ready.player}
            patrols={ready.patrols}
            ride={ride}
            follow={!still}
            sight={sight}
          />
        </>
      )}
    </>
  )
}
