// What the self-test's page does, well and badly. Each mischief says "did it"
// after the browser had its chance to complain.
const $ = id => document.getElementById(id)
const media = query => matchMedia(query).matches

$('visitor').textContent = [
  innerWidth,
  media('(prefers-color-scheme: dark)') ? 'dark' : 'light',
  media('(prefers-reduced-motion: reduce)') ? 'still' : 'moving',
].join(' ')

$('unlock').addEventListener('click', () => {
  $('dialog').showModal()
  $('dialog').querySelector('input').focus()
})
$('copy').addEventListener('click', async () => {
  await navigator.clipboard.writeText('ann.vo@example.com')
  $('status').textContent = 'Copied'
})
$('search').addEventListener('keydown', e => {
  if (e.key === 'Enter') $('status').textContent = 'looked for ' + e.target.value
})
document.addEventListener('keydown', e => {
  if (e.key === '/') {
    e.preventDefault()
    $('search').focus()
  }
})

const mischief = {
  log: () => console.error('something is off'),
  throw: () => { setTimeout(() => { throw new Error('thrown') }) },
  nothing: () => {},
  style: () => document.querySelector('h1').setAttribute('style', 'color: red'),
  markup: () => { try { document.querySelector('h1').innerHTML = '<b>x</b>' } catch {} },
  eval: () => { try { new Function('return 1')() } catch {} },
  fetch: () => fetch('/answer/409'),
  leave: () => { open('http://keydesk.invalid/') },
  hide: () => { document.querySelector('h1').hidden = true },
  plant: () => document.querySelector('main').append(document.createElement('input')),
}
for (const button of document.querySelectorAll('[data-do]')) {
  button.addEventListener('click', async () => {
    await mischief[button.dataset.do]()
    setTimeout(() => { $('status').textContent = 'did it' }, 50)
  })
}
