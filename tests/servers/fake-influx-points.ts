/**
 * The points of an InfluxDB that is only played: line protocol in, answers of InfluxQL's few statements that the
 * track store uses out. Kept as InfluxDB keeps them: a point is its series and time, later fields win, a field
 * has one type.
 */

type Fields = Record<string, number>
type FieldType = 'integer' | 'float'

interface KeptSeries {
  measurement: string
  tags: Record<string, string>
  points: Map<number, Fields>
}

export interface RejectedLine {
  lineNumber: number
  line: string
  field: string
  is: FieldType
  exists: FieldType
}

export interface AnsweredSeries {
  name: string
  tags?: Record<string, string>
  columns: string[]
  values: (number | string | null)[][]
}

export class FakePoints {
  readonly #series = new Map<string, KeptSeries>()
  readonly #types = new Map<string, FieldType>()

  clear(): void {
    this.#series.clear()
    this.#types.clear()
  }

  /** How many points there are of a measurement. */
  count(measurement: string): number {
    return this.#of(measurement).reduce((sum, { points }) => sum + points.size, 0)
  }

  /** Takes the lines that it can, as all generations do. @throws Error where a line is not line protocol. */
  write(body: string): RejectedLine[] {
    const rejected: RejectedLine[] = []
    body.split('\n').forEach((line, i) => {
      if (line === '') return
      const [, key, fieldSet, time] = /^(\S+) (\S+) (\d+)$/.exec(line) ?? []
      if (!key || !fieldSet || !time) throw new Error(`unable to parse '${line}'`)
      const [measurement, ...tagPairs] = key.split(',')
      const fields: [name: string, type: FieldType, value: number][] = fieldSet.split(',').map((pair) => {
        const [name, text] = pair.split('=') as [string, string]
        const type = text.endsWith('i') ? 'integer' : 'float'
        return [name, type, Number(type === 'integer' ? text.slice(0, -1) : text)]
      })
      const conflict = fields.find(([name, type]) => this.#typeOf(measurement!, name, type) !== type)
      if (conflict) {
        const [field, is] = conflict
        rejected.push({ lineNumber: i + 1, line, field, is, exists: this.#typeOf(measurement!, field, is) })
        return
      }
      const series = this.#series.get(key) ?? {
        measurement: measurement!,
        tags: Object.fromEntries(tagPairs.map((pair) => pair.split('='))),
        points: new Map<number, Fields>(),
      }
      this.#series.set(key, series)
      const values = Object.fromEntries(fields.map(([name, , value]) => [name, value]))
      series.points.set(Number(time), { ...series.points.get(Number(time)), ...values })
    })
    return rejected
  }

  /** SHOW MEASUREMENTS, or a SELECT of plain fields by tags and time. @throws Error for anything else. */
  answer(influxql: string): AnsweredSeries[] {
    if (influxql.startsWith('SHOW MEASUREMENTS')) {
      const names = new Set([...this.#series.values()].map(({ measurement }) => measurement))
      return names.size === 0
        ? []
        : [{ name: 'measurements', columns: ['name'], values: [...names].map((name) => [name]) }]
    }
    const select =
      /^SELECT (\S+) FROM (\w+) WHERE (.+?)( GROUP BY device)?( ORDER BY time DESC)?( LIMIT (\d+))?$/.exec(
        influxql,
      )
    if (!select) throw new Error(`error parsing query: ${influxql}`)
    const [, list, measurement, conditions, grouped, descending, , limit] = select
    const fields = list!.split(',')
    const tags = [...conditions!.matchAll(/(\w+) = '([^']*)'/g)].map(([, tag, value]) => [tag!, value!])
    const from = Number(/time >= (-?\d+)ms/.exec(conditions!)?.[1] ?? Number.NEGATIVE_INFINITY)
    const to = Number(/time < (-?\d+)ms/.exec(conditions!)?.[1] ?? Number.POSITIVE_INFINITY)
    const answered: AnsweredSeries[] = []
    for (const series of this.#of(measurement!)) {
      if (!tags.every(([tag, value]) => series.tags[tag!] === value)) continue
      const rows = [...series.points]
        .filter(([time, point]) => time >= from && time < to && fields.some((name) => name in point))
        .sort(([a], [b]) => (descending ? b - a : a - b))
        .slice(0, limit === undefined ? undefined : Number(limit))
        .map(([time, point]) => [time, ...fields.map((name) => point[name] ?? null)])
      if (rows.length === 0) continue
      const tagged = grouped ? { tags: { device: series.tags.device! } } : {}
      answered.push({ name: measurement!, ...tagged, columns: ['time', ...fields], values: rows })
    }
    return answered
  }

  #of(measurement: string): KeptSeries[] {
    return [...this.#series.values()].filter((series) => series.measurement === measurement)
  }

  /** The type of a field; the first one that is written sets it. */
  #typeOf(measurement: string, field: string, otherwise: FieldType): FieldType {
    const key = `${measurement} ${field}`
    const type = this.#types.get(key) ?? otherwise
    this.#types.set(key, type)
    return type
  }
}
