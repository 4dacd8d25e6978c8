import { App, Button } from 'antd'
import { useEffect } from 'react'
import { useWords } from '../i18n/language.tsx'
import { go } from '../screen.ts'
import { onCaseRaised } from './announcements.ts'
import { placeOf } from './case-place.ts'

const SHOWN_S = 15

/** A notice for each case raised while the page is open, whatever view is shown. */
export function CaseNotices() {
  const { notification } = App.useApp()
  const words = useWords()
  useEffect(
    () =>
      onCaseRaised((told) => {
        const { t, q, language } = words
        const { id, faultName, raised } = told
        const view = () => {
          notification.destroy(id)
          go({ view: 'cases', caseId: id })
        }
        notification.warning({
          key: id,
          placement: 'topRight',
          duration: SHOWN_S,
          className: 'case-notice',
          title: `${t.live.raised}: ${faultName[language]}`,
          description: (
            <span data-testid="case-notice">
              {placeOf(told, words)}
              <br />
              <span className="quiet">{q.clock(Date.parse(raised))}</span>
            </span>
          ),
          actions: (
            <Button type="primary" size="small" onClick={view}>
              {t.live.view}
            </Button>
          ),
        })
      }),
    [notification, words],
  )
  return null
}
