import { Alert } from 'antd'
import { useWords } from '../i18n/language.tsx'
import { Problem } from './problem.tsx'

/** What lies over the map while it has nothing, or not yet anything, to show. */
export function MapNote(props: { title: string; hint?: string } | { error: unknown; onRetry: () => void }) {
  return (
    <div className="map-note">
      {'error' in props ? (
        <Problem error={props.error} onRetry={props.onRetry} />
      ) : (
        <p className="map-note-text">
          <strong>{props.title}</strong>
          {props.hint !== undefined && <span className="quiet">{props.hint}</span>}
        </p>
      )}
    </div>
  )
}

/** The browser cannot draw the map at all. */
export function MapProblem() {
  const { t } = useWords()
  return (
    <div className="map-note">
      <Alert type="warning" showIcon title={t.problems.mapFailed} description={t.problems.mapFailedHint} />
    </div>
  )
}
