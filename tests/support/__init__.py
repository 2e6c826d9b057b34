"""What several tests share: casts, drawings, servers, browsers. No promise is checked here."""
