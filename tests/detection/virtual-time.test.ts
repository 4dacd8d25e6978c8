import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

/** Virtual time is for a process of its own: what a script there prints as JSON. */
function inVirtualTime(script: string): unknown {
  const code = `
    import { installVirtualTime } from ${JSON.stringify(new URL('./virtual-time.ts', import.meta.url).href)}
    const time = installVirtualTime(1_000_000)
    const said = []
    const say = (what) => said.push([time.monotonicMs, what])
    ${script}
    console.log(JSON.stringify(said))`
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' })
  return JSON.parse(output)
}

/** To the next timer, up to a moment. */
const RUN =
  'const run = (untilMs) => { while (time.monotonicMs < untilMs) time.advanceTo(Math.min(untilMs, time.nextDueMs())) };'

test.each([
  {
    name: 'timers fire in the order of their times, and of their setting where these are the same',
    script: `${RUN} setTimeout(say, 20, 'b'); setTimeout(say, 10, 'a'); setTimeout(say, 20, 'c'); run(100)`,
    said: [
      [10, 'a'],
      [20, 'b'],
      [20, 'c'],
    ],
  },
  {
    name: 'an interval repeats until it is cleared, from within or by its number',
    script: `${RUN} let n = 0
      const every = setInterval(() => { say(++n); if (n === 3) clearInterval(every) }, 10)
      const other = setInterval(say, 25, 'x'); setTimeout(() => clearInterval(Number(other)), 60); run(100)`,
    said: [
      [10, 1],
      [20, 2],
      [25, 'x'],
      [30, 3],
      [50, 'x'],
    ],
  },
  {
    name: 'refresh begins anew, also after it has fired',
    script: `${RUN} const timer = setTimeout(say, 30, 'a'); setTimeout(() => timer.refresh(), 20)
      setTimeout(() => timer.refresh(), 70); run(200)`,
    said: [
      [50, 'a'],
      [100, 'a'],
    ],
  },
  {
    name: 'a timer without a delay waits for a millisecond, as in Node',
    script: `${RUN} setTimeout(say, 0, 'a'); setTimeout(say, undefined, 'b'); setTimeout(say, -5, 'c'); run(10)`,
    said: [
      [1, 'a'],
      [1, 'b'],
      [1, 'c'],
    ],
  },
  {
    name: 'the system clock may be set; the monotonic one and the truth do not notice',
    script: `${RUN} run(500); say([Date.now(), new Date().getTime(), time.trueMs()]); time.stepClock(-3600)
      say([Date.now(), new Date().getTime(), time.trueMs(), performance.now(), new Date(7).getTime()])`,
    said: [
      [500, [1_000_500, 1_000_500, 1_000_500]],
      [500, [996_900, 996_900, 1_000_500, 500, 7]],
    ],
  },
  {
    name: 'clearing nothing, or what is gone, does nothing',
    script: `${RUN} clearTimeout(undefined); clearTimeout(null); clearTimeout(99)
      const timer = setTimeout(say, 5, 'a'); run(10); clearTimeout(timer); say(time.nextDueMs() === Infinity)`,
    said: [
      [5, 'a'],
      [10, true],
    ],
  },
])('$name', ({ script, said }) => expect(inVirtualTime(script)).toEqual(said))
