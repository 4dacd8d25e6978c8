import { useEffect, useState } from 'react'
import { CaseMap } from '../cases/case-map.tsx'
import { go, useScreen } from '../screen.ts'
import { Panel } from '../shell/panel.tsx'
import { presetRange } from './range-presets.ts'
import { ReplayMap } from './replay-map.tsx'
import { ReplayPanel } from './replay-panel.tsx'
import { Transport } from './transport.tsx'
import { useReplay } from './use-replay.ts'

/** A month at 1 Hz is more than a browser should be asked to hold. */
const MOST_DAYS = 7
const DAY_MS = 86_400_000

export function ReplayView() {
  const { device, fromMs, toMs, speed, caseId } = useScreen()
  const [follow, setFollow] = useState(true)
  const [leap, setLeap] = useState(false)
  const range = fromMs !== undefined && toMs !== undefined ? { fromMs, toMs } : undefined
  const tooLong = range !== undefined && range.toMs - range.fromMs > MOST_DAYS * DAY_MS
  const replay = useReplay(tooLong ? undefined : device, range)

  useEffect(() => {
    if (fromMs === undefined) go(presetRange('last-hour', Date.now()), 'replace')
  }, [fromMs])

  return (
    <>
      <Panel>
        <ReplayPanel
          device={device}
          range={range}
          replay={replay}
          mostDays={tooLong ? MOST_DAYS : undefined}
        />
      </Panel>
      <CaseMap chosen={caseId} onlyChosen />
      {replay.state === 'ready' && (
        <>
          <ReplayMap player={replay.player} summary={replay.summary} follow={follow} />
          <Transport
            player={replay.player}
            summary={replay.summary}
            speed={speed}
            follow={follow}
            onFollow={setFollow}
            leap={leap}
            onLeap={setLeap}
          />
        </>
      )}
    </>
  )
}
