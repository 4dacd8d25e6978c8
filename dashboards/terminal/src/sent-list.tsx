import type { ProblemKinds, SentReport } from '../../../proto/terminal-http.ts'
import type { Language, Words } from './words.ts'

export interface SentListProps {
  words: Words
  language: Language
  kinds: ProblemKinds['kinds']
  reports: SentReport[]
}

/** What was reported from here, and whether the centre has it. */
export function SentList({ words, language, kinds, reports }: SentListProps) {
  const names = new Map(kinds.map((kind) => [kind.key, kind[language]]))
  return (
    <section className="card">
      <h2>{words.sent}</h2>
      {reports.length === 0 && <p className="quiet">{words.nothingSent}</p>}
      <ul>
        {reports.map((report) => (
          <li key={report.key} data-testid="sent">
            <strong>{names.get(report.kind) ?? report.kind}</strong>
            <span className={`chip ${report.state}`}>
              {report.state === 'arrived' ? words.stateArrived : words.stateWaiting}
            </span>
            <span className="quiet">
              {new Date(report.time).toLocaleString(language === 'zh' ? 'zh-CN' : 'en-GB')}
              {report.photos > 0 && ` · ${words.photoCount(report.photos)}`}
            </span>
            {report.note !== '' && <p>{report.note}</p>}
          </li>
        ))}
      </ul>
    </section>
  )
}
