// The quick start by a client whose types openapi-typescript has made of the API's own description.
// node quick-start.js URL CLIENT_ID CLIENT_SECRET

import assert from 'node:assert/strict'
import createClient from 'openapi-fetch'
import type { components, paths } from './api.js'

type Order = components['schemas']['DeliveryIn']

const [baseUrl, client_id, client_secret] = process.argv.slice(2) as [string, string, string]

const token = await createClient<paths>({ baseUrl }).POST('/oauth2/token', {
  body: { grant_type: 'client_credentials', client_id, client_secret },
  headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
})
assert.ok(token.data, JSON.stringify(token.error))

const shop = createClient<paths>({
  baseUrl,
  headers: { Authorization: `Bearer ${token.data.access_token}` },
})

const order: Order = {
  dropoffs: [{ place: { latitude: 48.862, longitude: 2.36 }, address: '5 Rue de Turenne' }],
  packages: [{ name: 'box', quantity: 1, weight_g: 1200 }],
}
const quote = await shop.POST('/v1/quotes', {
  params: { header: { 'Idempotency-Key': 'typescript-quote' } },
  body: order,
})
assert.ok(quote.data, JSON.stringify(quote.error))
assert.ok(quote.data.price.amount > 0)

const path = { id: quote.data.id }
const take = () =>
  shop.POST('/v1/quotes/{id}/take', {
    params: { path, header: { 'Idempotency-Key': 'typescript-take' } },
    body: { external_reference: 'typescript-1' },
  })
const taken = await take()
assert.ok(taken.data, JSON.stringify(taken.error))
assert.equal((await take()).data?.id, taken.data.id, 'the same key is the same delivery')

const own = { params: { path: { id: taken.data.id } } }
const shown = await shop.GET('/v1/deliveries/{id}', own)
assert.equal(shown.data?.state, 'open')
assert.deepEqual(shown.data?.price, quote.data.price)

const cancelled = await shop.POST('/v1/deliveries/{id}/cancel', { ...own, body: { reason: 'Sold out.' } })
assert.equal(cancelled.data?.state, 'cancelled')

// What goes wrong has a type, too.
const twice = await shop.POST('/v1/quotes/{id}/take', { params: { path }, body: {} })
assert.equal(twice.error?.code, 'quote-used')
console.log('typescript: quoted, ordered, shown and cancelled', taken.data.id)
