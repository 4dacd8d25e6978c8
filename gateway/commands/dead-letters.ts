import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { Command, InvalidArgumentError, Option } from 'commander'
import { bodyDifferences, NoBody } from '../hub/dead-letters/body-json.ts'
import { isWhole, type Letter, openLetters } from '../hub/dead-letters/letters.ts'
import { mendedBody } from '../hub/dead-letters/mend.ts'
import {
  detailLines,
  letterDetails,
  letterJson,
  letterLine,
  payloadDetails,
  payloadJson,
  payloadLine,
  printable,
} from './dead-letter-text.ts'
import { hubFolder } from './import-registers.ts'

/**
 * `dead-letters list|show|mend|replay|discard`: what the hub set aside because a store or the decoder will never take
 * it. Works on intake.db of the data folder, beside a running hub or without one; the hub itself does the replays.
 */

interface Folder {
  data?: string
  config?: string
}
type Letters = ReturnType<typeof openLetters>
type Id = { letter: number } | { payload: number }

const LOOK_EVERY_MS = 100

export function deadLettersCommand(): Command {
  const command = new Command('dead-letters').description(
    'what was set aside because no store will take it: list, mend, replay, discard',
  )
  for (const part of [listCommand(), showCommand(), mendCommand(), replayCommand(), discardCommand()])
    command.addCommand(part)
  return command
}

const cursorOption = (): Option =>
  new Option('--cursor <name>', 'refused by this consumer').choices(['tracks', 'cases', 'photos'])

function withFolder(name: string): Command {
  return new Command(name)
    .option('-d, --data <dir>', "the hub's data folder")
    .option('-c, --config <file>', "the hub's configuration, instead of --data")
}

function listCommand(): Command {
  interface Options extends Folder {
    cursor?: string
    gateway?: string
    all?: true
    limit: number
    json?: true
  }
  return withFolder('list')
    .description('records that wait, and payloads that were no record, newest first')
    .addOption(cursorOption())
    .option('--gateway <id>', 'of this gateway')
    .option('--all', 'settled ones too')
    .option('--limit <number>', 'at most so many of each', wholeNumber, 200)
    .option('--json', 'as JSON')
    .action((options: Options, self: Command) =>
      withLetters(options, self, ({ letters, payloads }) => {
        const { cursor, gateway, all, limit, json } = options
        const records = letters.list({ cursor, gateway, settled: all, limit })
        const refused = cursor === undefined ? payloads.list({ gateway, limit }) : []
        if (json) print({ letters: records.map(letterJson), payloads: refused.map(payloadJson) })
        else for (const line of [...records.map(letterLine), ...refused.map(payloadLine)]) console.log(line)
      }),
    )
}

function showCommand(): Command {
  return withFolder('show')
    .description('one of them with its body, and what can be done')
    .argument('<id>', 'as `list` gives it: 17, or p17 for a payload', anyId)
    .option('--json', 'as JSON, which `mend --file` takes back')
    .action((id: Id, options: Folder & { json?: true }, self: Command) =>
      withLetters(options, self, (opened) => {
        const details =
          'letter' in id
            ? letterDetails(letterOf(opened, id.letter))
            : payloadDetails(payloadOf(opened, id.payload))
        if (options.json) print(details)
        else for (const line of detailLines(details)) console.log(line)
      }),
    )
}

function mendCommand(): Command {
  interface Options extends Folder {
    file?: string
    set: string[]
    dropFix: number[]
  }
  return withFolder('mend')
    .description('give a letter a body that can be taken; what came stays beside it')
    .argument('<id>', 'as `list` gives it', letterId)
    .option('--file <json>', 'the whole body, as `show --json` gives it, corrected')
    .option('--set <path=value>', 'one value: batch.fixes[3].altM=4.1; again for more', collect, [])
    .option('--drop-fix <n>', 'leave out this fix or reading, from 0; again for more', collectPlaces, [])
    .action((id: number, options: Options, self: Command) => {
      const { file, set, dropFix } = options
      if (file === undefined && set.length + dropFix.length === 0)
        self.error('error: expected --file, --set or --drop-fix')
      const replacement = file === undefined ? undefined : jsonOf(file)
      withLetters(options, self, (opened) => {
        const letter = letterOf(opened, id)
        if (!isWhole(letter))
          throw new Error(`letter ${id}: only the head of a photo is kept; have it sent again`)
        const { lane, body, mended = body } = letter
        let fixed: Uint8Array
        try {
          fixed = mendedBody(lane, mended, { replacement, settings: set, dropped: dropFix })
        } catch (error) {
          const where =
            error instanceof NoBody ? `letter ${id}` : `letter ${id} cannot be decoded; use --file`
          throw new Error(`${where}: ${printable((error as Error).message)}`, { cause: error })
        }
        if (!opened.letters.mend(id, fixed))
          throw new Error(`letter ${id} is ${letter.state}, it cannot be mended`)
        for (const line of bodyDifferences(lane, mended, fixed)) console.log(printable(line))
        console.log(`letter ${id}: mended; now \`gridpatrol dead-letters replay ${id}\``)
      })
    })
}

function replayCommand(): Command {
  interface Options extends Folder {
    all?: true
    cursor?: string
    wait: number
  }
  return withFolder('replay')
    .description('offer letters to their consumer again; the running hub does it, else the next one')
    .argument('[ids...]', 'as `list` gives them', collectIds)
    .option('--all', 'all that wait')
    .addOption(cursorOption())
    .option('--wait <seconds>', 'for the outcome', wholeNumber, 10)
    .action(async (ids: number[] | undefined, options: Options, self: Command) => {
      const { all, cursor } = options
      if ((ids === undefined || ids.length === 0) === (all === undefined))
        self.error('error: expected ids, or --all')
      await withLetters(options, self, async (opened) => {
        const limit = Number.MAX_SAFE_INTEGER
        const chosen = ids?.length
          ? ids
          : opened.letters
              .list({ cursor, limit })
              .map(({ id }) => id)
              .reverse()
        const refusals = new Map<number, number>()
        for (const id of chosen) {
          const letter = letterOf(opened, id)
          if (!isWhole(letter)) console.log(`${id}: only the head of a photo is kept; have it sent again`)
          else if (opened.letters.ask(id) || letter.state === 'asked') refusals.set(id, letter.refusals)
          else console.log(`${id}: ${letter.state} already, nothing to do`)
        }
        await untilSettled(opened, [...refusals.keys()], options.wait * 1000)
        for (const [id, before] of refusals) tellOutcome(id, opened.letters.find(id), before)
      })
    })
}

async function untilSettled({ letters }: Letters, ids: number[], maxMs: number): Promise<void> {
  const deadlineMs = performance.now() + maxMs
  while (ids.some((id) => letters.find(id)?.state === 'asked') && performance.now() < deadlineMs)
    await wait(LOOK_EVERY_MS)
}

function tellOutcome(id: number, letter: Letter | undefined, refusalsBefore: number): void {
  if (letter?.state === 'asked')
    console.log(`${id}: asked for; no hub has offered it yet, the one of this folder will when it runs`)
  else if (letter && letter.refusals > refusalsBefore && letter.state === 'waiting') {
    console.log(printable(`${id}: refused again: ${letter.reason}`))
    process.exitCode = 1
  } else console.log(`${id}: ${letter?.state ?? 'gone'}`)
}

function discardCommand(): Command {
  return withFolder('discard')
    .description('give letters or payloads up')
    .argument('<ids...>', 'as `list` gives them', collectAnyIds)
    .requiredOption('--reason <text>', 'why; it is kept beside a letter')
    .action((ids: Id[], options: Folder & { reason: string }, self: Command) =>
      withLetters(options, self, (opened) => {
        for (const id of ids) {
          const name = 'letter' in id ? `${id.letter}` : `p${id.payload}`
          const done =
            'letter' in id
              ? opened.letters.discard(letterOf(opened, id.letter).id, options.reason)
              : opened.payloads.discard(payloadOf(opened, id.payload).id)
          console.log(done ? `${name}: discarded` : `${name}: settled already, nothing to do`)
        }
      }),
    )
}

function withLetters<Result>(options: Folder, command: Command, use: (opened: Letters) => Result): Result {
  const opened = openLetters(hubFolder(options, command))
  let result: Result
  try {
    result = use(opened)
  } catch (error) {
    opened.close()
    throw error
  }
  if (result instanceof Promise) return result.finally(() => opened.close()) as Result
  opened.close()
  return result
}

function letterOf({ letters }: Letters, id: number): Letter {
  const letter = letters.find(id)
  if (!letter)
    throw new Error(`${id}: no such letter; \`gridpatrol dead-letters list --all\` has those there are`)
  return letter
}

function payloadOf({ payloads }: Letters, id: number) {
  const payload = payloads.find(id)
  if (!payload)
    throw new Error(`p${id}: no such payload; \`gridpatrol dead-letters list\` has those there are`)
  return payload
}

function jsonOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}; expected what \`show --json\` gives, corrected`)
  }
}

function print(json: unknown): void {
  console.log(JSON.stringify(json, undefined, 2))
}

function anyId(text: string): Id {
  const match = /^(p?)([1-9]\d{0,14})$/.exec(text)
  if (!match) throw new InvalidArgumentError('expected an id of `list`: 17, or p17 for a payload.')
  return match[1] === 'p' ? { payload: Number(match[2]) } : { letter: Number(match[2]) }
}

function letterId(text: string): number {
  const id = anyId(text)
  if ('letter' in id) return id.letter
  throw new InvalidArgumentError('a payload was no record: it can be shown and discarded only.')
}

const collectIds = (text: string, before: number[] = []): number[] => [...before, letterId(text)]
const collectAnyIds = (text: string, before: Id[] = []): Id[] => [...before, anyId(text)]
const collect = (text: string, before: string[]): string[] => [...before, text]

function collectPlaces(text: string, before: number[]): number[] {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('expected a place, counted from 0.')
  return [...before, Number(text)]
}

function wholeNumber(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('expected a whole number from 0 to 999999.')
  return Number(text)
}
