import { Command, InvalidArgumentError } from 'commander'
import { type Load, type LoadSummary, startLoad, USUAL_RATES } from '../../device-sim/load/load.ts'
import { progressLine, timesText } from '../../device-sim/load/progress-line.ts'
import { createLog } from '../foundation/log.ts'
import { untilAskedToStop } from './until-asked-to-stop.ts'

/** `load`: thousands of simulated gateways from one process, for so many minutes; then what became of each record. */

interface Options {
  gateways: number
  broker: string[]
  minutes: number
  batchesAMinute: number
  casesAnHour: number
  seed: number
  json?: boolean
}

const PROGRESS_MS = 5000
/** What is on its way at the end may take so long: a broker that is away is tried again once a minute. */
const DRAIN_MS = 180_000

export function loadCommand(): Command {
  return new Command('load')
    .description('thousands of simulated gateways, to see what a broker and a hub can carry')
    .option('-g, --gateways <number>', 'how many', numberIn(1, 20_000, true), 100)
    .option('-b, --broker <url...>', 'where they connect; several are dealt out in turn', [
      'mqtt://127.0.0.1:1883',
    ])
    .option('-m, --minutes <number>', 'how long they make records', numberIn(0.05, 100_000), 5)
    .option(
      '--batches-a-minute <number>',
      'batches of fixes of each, one fix a second',
      numberIn(0.1, 60),
      USUAL_RATES.batchesAMinute,
    )
    .option('--cases-an-hour <number>', 'cases of each', numberIn(0, 3600), USUAL_RATES.casesAnHour)
    .option('-s, --seed <number>', 'other rides, moments and values', numberIn(0, 2 ** 31, true), 1)
    .option('--json', 'at the end everything as JSON on stdout, with the records of each gateway')
    .action(async ({ broker, batchesAMinute, casesAnHour, minutes, json, ...rest }: Options) => {
      const rates = { ...USUAL_RATES, batchesAMinute, casesAnHour }
      const load = startLoad({ ...rest, brokers: broker, rates })
      const whole = await run(load, rest.gateways, minutes * 60_000)
      const summary = load.summary()
      await load.stop()
      console.log(json ? JSON.stringify(summary) : summaryText(summary))
      if (!whole)
        throw new Error(
          `${summary.waiting} of ${summary.appended} records have no receipt after ${DRAIN_MS / 1000} s: is the hub up? See its /healthz`,
        )
    })
}

/** Progress goes to stderr. @returns whether everything was receipted in the end. */
async function run(load: Load, gateways: number, lastsMs: number): Promise<boolean> {
  const beganMs = performance.now()
  const progress = setInterval(
    () => console.error(progressLine((performance.now() - beganMs) / 1000, gateways, load.look())),
    PROGRESS_MS,
  )
  await untilAskedToStop(createLog(), lastsMs)
  load.stopMaking()
  // A second signal ends the process at once.
  const whole = await load.drained(DRAIN_MS)
  clearInterval(progress)
  return whole
}

function summaryText(summary: LoadSummary): string {
  const { gateways, seconds, appended, receipted, waiting, breaks, fixes, byLane } = summary
  const lanes = Object.entries(byLane).map(([lane, count]) => `${count} ${lane}`)
  return [
    `${gateways} gateways, ${seconds} s, seed ${summary.seed}`,
    `${appended} records made (${lanes.join(', ')}; ${fixes} fixes), ${receipted} receipted, ${waiting} wait`,
    `${breaks} connections broke`,
    timesText(summary.receiptTimes),
  ].join('\n')
}

function numberIn(min: number, max: number, whole = false): (text: string) => number {
  return (text) => {
    const number = Number(text)
    if (text.trim() === '' || !(number >= min && number <= max) || (whole && !Number.isInteger(number)))
      throw new InvalidArgumentError(`expected a ${whole ? 'whole ' : ''}number from ${min} to ${max}.`)
    return number
  }
}
