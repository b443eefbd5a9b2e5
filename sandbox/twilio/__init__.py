"""The stand-in of Twilio: `carrier` carries and signs, `api` answers the SDK, `errors` refuses as Twilio does."""
