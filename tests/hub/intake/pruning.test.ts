import { expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { keepPruned } from '../../../gateway/hub/intake/pruning.ts'
import { eventually } from '../eventually.ts'

const DAY_MS = 86_400_000

test('prunes in slices below the slowest cursor, from the start on', async () => {
  const calls: { belowId: number; beforeMs: number }[] = []
  const log = {
    prune(belowId: number, beforeMs: number): boolean {
      calls.push({ belowId, beforeMs })
      return calls.length < 3
    },
  }
  const stop = keepPruned(log, [{ seen: 70 }, { seen: 40 }], 30, silentLog())
  onTestFinished(stop)
  await eventually(() => expect(calls).toHaveLength(3))
  for (const { belowId, beforeMs } of calls) {
    expect(belowId).toBe(40)
    expect(Math.abs(Date.now() - 30 * DAY_MS - beforeMs)).toBeLessThan(60_000)
  }
})

test('a disk that fails is no end of it, and stopping ends a long pruning', async () => {
  let calls = 0
  const failing = keepPruned(
    {
      prune() {
        calls++
        throw new Error('disk I/O error')
      },
    },
    [{ seen: 1 }],
    30,
    silentLog(),
  )
  await eventually(() => expect(calls).toBe(1))
  await failing()
  const endless = keepPruned({ prune: () => calls++ > 0 }, [{ seen: 1 }], 30, silentLog())
  await eventually(() => expect(calls).toBeGreaterThan(3))
  await endless()
  const stoppedAt = calls
  await new Promise((resolve) => setImmediate(resolve))
  expect(calls).toBe(stoppedAt)
})
