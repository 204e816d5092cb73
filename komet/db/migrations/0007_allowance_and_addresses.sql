-- requests that a process at work has set aside of a day's allowance, given back when it ends
CREATE TABLE request_reservations (
  id VARCHAR, token_id VARCHAR, requests INTEGER, expires_at TIMESTAMPTZ
);
ALTER TABLE api_calls ADD COLUMN reservation_id VARCHAR;

-- true from the moment the secret is entered until it is sent, or led, somewhere
ALTER TABLE tokens ADD COLUMN may_move BOOLEAN;
UPDATE tokens t SET base_url = (
  SELECT arg_min(p.base_url, p.created_at) FROM providers p
  WHERE p.token_id = t.id AND p.base_url IS NOT NULL
) WHERE t.base_url IS NULL;
UPDATE tokens t SET base_url = 'https://api.kometsales.com/api'
WHERE t.base_url IS NULL AND EXISTS (FROM api_calls c WHERE c.token_id = t.id);
UPDATE tokens SET may_move = base_url IS NULL;
