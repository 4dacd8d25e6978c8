import { Command, InvalidArgumentError } from 'commander'
import { createLog } from '../foundation/log.ts'
import { untilAskedToStop } from './until-asked-to-stop.ts'

/** `demo`, which is what `npm start` runs. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('a simulated district, its gateways, the hub and the page, on 127.0.0.1')
    .option('-p, --port <port>', 'port of the page', wholeNumber(0, 65_535), 8080)
    .option('-d, --data <dir>', 'where everything is kept', 'data/demo')
    .option('-s, --seed <number>', 'another seed makes another district', wholeNumber(0, 2 ** 31), 1)
    .option('--influx <url>', 'record tracks in this InfluxDB 1.x, such as http://127.0.0.1:8086')
    .option('--exit-after <duration>', 'stop by itself, such as 60s or 5m', duration)
    .action(async (options: DemoCommandOptions) => {
      const { startDemo } = await import('../demo/demo.ts')
      const log = createLog()
      const demo = await startDemo({
        port: options.port,
        dataDir: options.data,
        seed: options.seed,
        ...(options.influx === undefined ? {} : { influxUrl: options.influx }),
        log,
        onHistory: progressOnStderr('past shift'),
      })
      console.log(`gridpatrol 巡格: ${demo.url}`)
      console.log(`patrol terminal: ${demo.terminalUrl}`)
      console.log(`broker: ${demo.brokerUrl}   data: ${options.data}   stop: Ctrl+C`)
      await untilAskedToStop(log, options.exitAfter)
      await demo.stop()
    })
}

interface DemoCommandOptions {
  port: number
  data: string
  seed: number
  influx?: string
  exitAfter?: number
}

/** A line that is rewritten on a terminal; elsewhere a line at each quarter. */
function progressOnStderr(what: string): (done: number) => void {
  let said = -1
  return (done) => {
    const percent = Math.floor(done * 100)
    const step = process.stderr.isTTY ? percent : Math.floor(percent / 25)
    if (step <= said) return
    said = step
    const text = `${what}: ${percent} %`
    if (process.stderr.isTTY) process.stderr.write(`\r${text}${percent === 100 ? '\n' : ''}`)
    else console.error(text)
  }
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`expected a whole number from ${min} to ${max}.`)
    return value
  }
}

/** In ms. */
function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text)
  if (!match) throw new InvalidArgumentError('expected a duration such as 60s, 5m or 1h.')
  return Number(match[1]) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match[2] as 's']
}
